// Native ES modules: the @actions packages ship nothing else. swc only strips the types; tsc checks them in its own step.
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' }, experimental: { keepImportAttributes: true } } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.sandbox/', '<rootDir>/.tools/'],
};

export default {
  testSequencer: '<rootDir>/scripts/test/slow-first.ts',
  projects: [
    // No network and no processes but git: seconds.
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/**/test/**/*.test.ts'] },
    // Starts the emulator and talks to it through the real SDK: under a minute.
    { ...common, displayName: 'sandbox', testMatch: ['<rootDir>/**/test/**/*.sandbox.ts'] },
    // Terraform, act and the whole loop: minutes.
    { ...common, displayName: 'e2e', testMatch: ['<rootDir>/**/test/**/*.e2e.ts'] },
  ],
};

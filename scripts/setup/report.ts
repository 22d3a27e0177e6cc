const verbose = process.argv.includes('--verbose');

/** What was done is always said; what was found already only when somebody asks. */
export function say(name: string, what: string, done = false): void {
  if (verbose || done) process.stdout.write(`  ${name.padEnd(10)} ${what}\n`);
}

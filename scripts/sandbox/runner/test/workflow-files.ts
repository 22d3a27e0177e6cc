const CHECKOUT = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1';
const CACHE = 'actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae';
const UPLOAD = 'actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f';
const CREDENTIALS = 'aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c';

const dispatchOf = (...inputs: string[]): string =>
  `on:\n  workflow_dispatch:\n    inputs:\n${inputs.map((name) => `      ${name}: { required: false }\n`).join('')}`;

/** One workflow per behaviour. Those that a push starts are all started by the first one. */
export const WORKFLOWS: Readonly<Record<string, string>> = {
  'good.yml': `name: Good
on: { push: { branches: [main] } }
jobs:
  two:
    runs-on: ubuntu-latest
    strategy: { matrix: { environment: [test, production] } }
    steps:
      - run: echo "for \${{ matrix.environment }} by \${{ github.actor }}, run \${{ github.run_id }}"
      - run: echo "### Done for \${{ matrix.environment }}" >> "$GITHUB_STEP_SUMMARY"
      - env: { TOKEN: "\${{ secrets.GITHUB_TOKEN }}" }
        run: |
          echo "the token is $TOKEN"
          [ "\${#TOKEN}" -ge 20 ]
`,
  'bad.yml': `name: Bad
on: { push: { branches: [main] } }
jobs:
  fails:
    runs-on: ubuntu-latest
    steps:
      # act has been seen to lose the output of a step that ended within 9 ms.
      - run: echo before; sleep 0.3; exit 3
      - run: echo never
  follows:
    needs: fails
    runs-on: ubuntu-latest
    steps: [{ run: echo never }]
`,
  'no-yaml.yml': 'on: push\njobs: { one: [\n',
  'unknown-key.yml': `name: Unknown key
on: { push: { branches: [main] } }
jobs: { one: { runs-on: ubuntu-latest, stepz: [] } }
`,
  'unknown-action.yml': `name: Unknown action
on: { push: { branches: [unknown-action] } }
jobs: { one: { runs-on: ubuntu-latest, steps: [{ run: "true" }] } }
`,
  'slow.yml': `name: Slow
${dispatchOf('seconds')}
concurrency: { group: slow, queue: max }
jobs:
  sleeps:
    runs-on: ubuntu-latest
    steps:
      - run: sleep \${{ inputs.seconds }}
`,
  'cancel.yml': `name: Cancel
${dispatchOf('manners')}
jobs:
  acts:
    runs-on: ubuntu-latest
    steps:
      - uses: ${CHECKOUT}
        with: { persist-credentials: false }
      - uses: ./listens
        with: { manners: "\${{ inputs.manners }}" }
      - run: echo "next has run"
      - if: cancelled()
        run: echo "cancelled has run"
      - if: always()
        run: echo "always has run"
`,
  'environment.yml': `name: Environment
on: { workflow_dispatch: {} }
jobs:
  deploys:
    runs-on: ubuntu-latest
    environment: test
    steps:
      - run: sleep 302.125
      - if: always()
        run: echo "always has run"
`,
  'single.yml': `name: Single
${dispatchOf('seconds')}
concurrency: { group: single }
jobs:
  sleeps:
    runs-on: ubuntu-latest
    steps:
      - run: sleep \${{ inputs.seconds }}
`,
  'checkout.yml': `name: Check out
${dispatchOf('ref', 'persist')}
jobs:
  looks:
    runs-on: ubuntu-latest
    steps:
      - uses: ${CHECKOUT}
        with: { ref: "\${{ inputs.ref }}", fetch-depth: 2, persist-credentials: "\${{ inputs.persist }}" }
      - run: |
          echo "commits: $(git rev-list --count HEAD), is a folder: $(cat where.txt)"
          echo "credentials: $(git config --get-all http.extraheader; git remote get-url origin)"
`,
  'cache.yml': `name: Cache
${dispatchOf('ref', 'key')}
jobs:
  keeps:
    runs-on: ubuntu-latest
    steps:
      - uses: ${CHECKOUT}
        with: { ref: "\${{ inputs.ref }}", persist-credentials: false }
      - id: built
        uses: ${CACHE}
        with: { path: built, key: "\${{ inputs.key }}" }
      - id: modules
        uses: ${CACHE}
        with: { path: node_modules, key: "modules-\${{ hashFiles('package-lock.json') }}" }
      - run: |
          echo "built \${{ steps.built.outputs.cache-hit }} $(cat built/file.txt 2>&1)"
          echo "modules \${{ steps.modules.outputs.cache-hit }} $(ls node_modules 2>&1)"
          mkdir -p built && echo "kept for \${{ inputs.key }}" > built/file.txt
`,
  'artifact.yml': `name: Artifact
on: workflow_dispatch
jobs:
  leaves:
    runs-on: ubuntu-latest
    steps:
      - run: echo "a plan" > plan.txt
      - uses: ${UPLOAD}
        with: { name: plan-test, path: plan.txt }
`,
  'no-permission.yml': `name: No permission
on: workflow_dispatch
permissions: { contents: read }
jobs:
  asks:
    runs-on: ubuntu-latest
    steps: [{ uses: "${CREDENTIALS}", with: { role-to-assume: "arn:role", aws-region: "eu-west-1" } }]
`,
  'called.yml': `name: Called
on: { workflow_call: { inputs: { environment: { type: string, required: true } } } }
permissions: {}
jobs:
  first:
    runs-on: ubuntu-latest
    steps: [{ run: "echo first for \${{ inputs.environment }}; sleep 0.3" }]
  second:
    needs: first
    runs-on: ubuntu-latest
    environment: { name: "\${{ inputs.environment }}" }
    steps: [{ run: "echo second for \${{ inputs.environment }}; sleep 0.3" }, { run: "[ \${{ inputs.environment }} = test ]" }]
`,
  'calls.yml': `name: Calls
${dispatchOf('environments')}
permissions: {}
jobs:
  each:
    name: \${{ matrix.environment }}
    strategy: { fail-fast: false, matrix: { environment: [test, production] } }
    concurrency: { group: "environment-\${{ matrix.environment }}", queue: max }
    uses: ./.github/workflows/called.yml
    with: { environment: "\${{ matrix.environment }}" }
`,
  'events.yml': `name: Events
on:
  issue_comment: { types: [edited] }
  merge_group:
  schedule: [{ cron: "0 5 * * *" }]
  pull_request:
permissions: { issues: write }
concurrency: { group: "events-\${{ github.event.pull_request.number || github.run_id }}" }
jobs:
  tells:
    runs-on: ubuntu-latest
    steps:
      - run: echo "on \${{ github.event_name }} at \${{ github.ref }} of \${{ github.sha }}, attempt \${{ github.run_attempt }} by \${{ github.actor }}"; sleep 0.3
      - run: echo "place is '\${{ vars.PLACE }}', from '\${{ github.event.changes.body.from }}'"; sleep 0.3
      - env: { TOKEN: "\${{ github.token }}" }
        run: |
          for what in issues labels git/refs; do
            body='{ "title": "x", "name": "\${{ github.run_id }}-\${{ github.run_attempt }}", "ref": "x", "sha": "x" }'
            to="$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/$what"
            echo "$what $(curl -s -o /dev/null -w '%{http_code}' -X POST -H "authorization: Bearer $TOKEN" -d "$body" "$to")"
          done
`,
  'credentials.yml': `name: Credentials
${dispatchOf('role', 'region')}
permissions: { id-token: write }
jobs:
  signs-in:
    runs-on: ubuntu-latest
    steps:
      - uses: ${CREDENTIALS}
        with: { role-to-assume: "\${{ inputs.role }}", aws-region: "\${{ inputs.region }}" }
      - run: echo "in $AWS_REGION as $AWS_ACCESS_KEY_ID, with \${{ vars.PLACE }}"
`,
};

/** An action that writes down which signals reach it, and what its own child hears of them. */
export const LISTENS: Readonly<Record<string, string>> = {
  'action.yml': `name: Listens
description: Waits to be told to stop.
inputs: { manners: { required: true, description: polite or stubborn } }
runs: { using: node24, main: main.mjs, post: post.mjs }
`,
  'main.mjs': `import { spawn } from 'node:child_process';
const begun = {};
const child = spawn(process.execPath, ['-e', "process.on('SIGINT', () => console.log('the child heard SIGINT')); setInterval(() => {}, 1000)"], { stdio: 'inherit' });
console.log('child ' + child.pid);
for (const name of ['SIGINT', 'SIGTERM']) {
  process.on(name, () => {
    begun[name] = Date.now();
    console.log(name === 'SIGINT' ? 'heard SIGINT' : 'heard SIGTERM after ' + Math.round((begun.SIGTERM - begun.SIGINT) / 100) / 10 + ' s');
    if (process.env.INPUT_MANNERS !== 'polite') return;
    child.kill('SIGKILL');
    // It takes its time, and ends as a success would.
    setTimeout(() => { console.log('ended in order'); process.exit(0); }, 1500);
  });
}
console.log('listening');
setInterval(() => {}, 1000);
`,
  'post.mjs': "console.log('post has run');\n",
};

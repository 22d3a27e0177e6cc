import type { LoadBalancer } from '../demo/service.ts';
import { infoFile, type SandboxInfo } from './state.ts';

/** How to use a sandbox from a terminal, and how to stop it. */
export function describe(info: SandboxInfo, dir: string): string {
  return [
    `The sandbox is up (process ${info.pid}).`,
    '',
    'AWS, for Terraform, the SDK and the CLI:',
    `  export AWS_ENDPOINT_URL=${info.awsUrl} AWS_REGION=${info.region} AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox`,
    '  make publish/lambdas && make terraform/apply ENV=test',
    'GitHub:',
    `  ${info.githubUrl} shows pull requests with their comments, and runs with their logs`,
    `  git clone ${info.cloneUrl}`,
    `  REST at ${info.githubApiUrl}; the token of a user is in ${infoFile(dir)}`,
    '',
    'Stop it with "make sandbox/down"; "make sandbox/reset" also forgets its state.',
  ].join('\n');
}

/** How to call what is behind the load balancers; empty if there are none. */
export function describeLoadBalancers(balancers: readonly LoadBalancer[]): string {
  return balancers
    .flatMap(({ name, dnsName, caFile, listeners }) => [
      `Load balancer ${name}:`,
      ...listeners
        .toSorted((one, other) => one.port - other.port)
        .map(({ port, protocol, address }) =>
          protocol === 'HTTPS'
            ? `  ${port}: curl --cacert ${caFile} --connect-to ::${address} https://<its domain name>/status/health`
            : `  ${port}: curl --header "host: ${dnsName}" http://${address}/status/health`,
        ),
    ])
    .join('\n');
}

import { escapeUrl } from '../markdown/parts.ts';

/** Pages of the AWS console. Outside of the `aws` partition the console has another host, and finds the page by its own search. */
export function deploymentUrl(id: string, region: string): string {
  return `${consoleOf(region)}/codesuite/codedeploy/deployments/${encodeURIComponent(id)}?region=${region}`;
}

export function alarmUrl(name: string, region: string): string {
  return `${consoleOf(region)}/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(name)}`;
}

export function markdownLink(text: string, url: string): string {
  return `[${text}](${escapeUrl(url)})`;
}

function consoleOf(region: string): string {
  return `https://${region}.console.aws.amazon.com`;
}

/** Pages of the console. */
export function executionUrl(region: string, pipeline: string, id: string): string {
  const at = `https://${region}.console.aws.amazon.com/codesuite/codepipeline/pipelines`;
  return `${at}/${encodeURIComponent(pipeline)}/executions/${encodeURIComponent(id)}/timeline?region=${region}`;
}

export function deploymentUrl(region: string, id: string): string {
  return `https://${region}.console.aws.amazon.com/codesuite/codedeploy/deployments/${encodeURIComponent(id)}?region=${region}`;
}

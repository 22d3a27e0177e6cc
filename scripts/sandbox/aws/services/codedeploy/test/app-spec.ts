/** An AppSpec of ECS, as JSON. */
export function appSpec(TaskDefinition: string, hooks: Readonly<Record<string, string>> = {}): string {
  const Properties = { TaskDefinition, LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 } };
  const Hooks = Object.entries(hooks).map(([event, functionName]) => ({ [event]: functionName }));
  return JSON.stringify({
    version: 0.0,
    Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties } }],
    ...(Hooks.length === 0 ? {} : { Hooks }),
  });
}

/** An AppSpec of Lambda, as JSON. */
export function functionSpec(
  properties: Readonly<Record<string, unknown>> = {},
  hooks: Readonly<Record<string, string | null>> = {},
): string {
  const Properties = { Name: 'greet', Alias: 'prod', CurrentVersion: '1', TargetVersion: '2', ...properties };
  const Hooks = Object.entries(hooks).map(([event, functionName]) => ({ [event]: functionName }));
  return JSON.stringify({
    version: 0.0,
    Resources: [{ greet: { Type: 'AWS::Lambda::Function', Properties } }],
    ...(Hooks.length === 0 ? {} : { Hooks }),
  });
}

import Joi from 'joi';
import { parse } from 'yaml';
import { AwsError } from '../../json-protocol.ts';

/** What an AppSpec of ECS says. */
export interface AppSpec {
  readonly taskDefinition: string;
  readonly containerName: string;
  readonly containerPort: number;
  readonly platformVersion?: string;
  /** In the shape of ECS's API. */
  readonly networkConfiguration?: {
    awsvpcConfiguration: { subnets: string[]; securityGroups: string[]; assignPublicIp: 'ENABLED' | 'DISABLED' };
  };
  readonly capacityProviderStrategy?: { capacityProvider: string; base: number; weight: number }[];
  /** Lambda by event. */
  readonly hooks: Readonly<Record<string, string>>;
}

const HOOKS = ['BeforeInstall', 'AfterInstall', 'AfterAllowTestTraffic', 'BeforeAllowTraffic', 'AfterAllowTraffic'];

interface Written {
  version: number;
  Resources: {
    TargetService: {
      Properties: {
        TaskDefinition: string;
        LoadBalancerInfo: { ContainerName: string; ContainerPort: number };
        PlatformVersion?: string;
        NetworkConfiguration?: {
          AwsvpcConfiguration: { Subnets: string[]; SecurityGroups: string[]; AssignPublicIp: 'ENABLED' | 'DISABLED' };
        };
        CapacityProviderStrategy?: { CapacityProvider: string; Base: number; Weight: number }[];
      };
    };
  }[];
  Hooks?: Record<string, string>[];
}

// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
const schema = Joi.object<Written>({
  version: Joi.number().valid(0).required(),
  Resources: Joi.array()
    .items(
      Joi.object({
        TargetService: Joi.object({
          Type: Joi.valid('AWS::ECS::Service').required(),
          Properties: Joi.object({
            TaskDefinition: Joi.string().required(),
            LoadBalancerInfo: Joi.object({
              ContainerName: Joi.string().required(),
              ContainerPort: Joi.number().port().required(),
            }).required(),
            PlatformVersion: Joi.string(),
            NetworkConfiguration: Joi.object({
              AwsvpcConfiguration: Joi.object({
                Subnets: Joi.array().items(Joi.string()).min(1).required(),
                SecurityGroups: Joi.array().items(Joi.string()).default([]),
                AssignPublicIp: Joi.valid('ENABLED', 'DISABLED').default('DISABLED'),
              }).required(),
            }),
            CapacityProviderStrategy: Joi.array().items(
              Joi.object({
                CapacityProvider: Joi.string().required(),
                Base: Joi.number().default(0),
                Weight: Joi.number().default(1),
              }),
            ),
          }).required(),
        }).required(),
      }),
    )
    .length(1)
    .required(),
  Hooks: Joi.array().items(Joi.object().pattern(Joi.valid(...HOOKS), Joi.string())),
});

/** @throws AwsError as CodeDeploy refuses it */
export function readAppSpec(content: string): AppSpec {
  let parsed: unknown;
  try {
    // JSON is YAML too.
    parsed = parse(content);
  } catch {
    throw new AwsError('InvalidRevisionException', 'The AppSpec is neither YAML nor JSON.');
  }
  const { error, value } = schema.validate(parsed);
  if (error !== undefined)
    throw new AwsError('InvalidRevisionException', `The AppSpec is not valid: ${error.message}.`);
  const properties = value.Resources[0]?.TargetService.Properties;
  if (properties === undefined) throw new AwsError('InvalidRevisionException', 'The AppSpec has no target service.');
  const { NetworkConfiguration: network, CapacityProviderStrategy: capacity, PlatformVersion: platform } = properties;
  return {
    taskDefinition: properties.TaskDefinition,
    containerName: properties.LoadBalancerInfo.ContainerName,
    containerPort: properties.LoadBalancerInfo.ContainerPort,
    ...(platform === undefined ? {} : { platformVersion: platform }),
    ...(network === undefined
      ? {}
      : {
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: network.AwsvpcConfiguration.Subnets,
              securityGroups: network.AwsvpcConfiguration.SecurityGroups,
              assignPublicIp: network.AwsvpcConfiguration.AssignPublicIp,
            },
          },
        }),
    ...(capacity === undefined
      ? {}
      : {
          capacityProviderStrategy: capacity.map(({ CapacityProvider, Base, Weight }) => ({
            capacityProvider: CapacityProvider,
            base: Base,
            weight: Weight,
          })),
        }),
    hooks: Object.assign({}, ...(value.Hooks ?? [])),
  };
}

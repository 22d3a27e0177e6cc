import type { Context } from 'aws-lambda';

const unused = (): never => {
  throw new Error('Only lambdas of old end by a call.');
};

/** As Lambda hands it to a handler. */
export const context: Context = {
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'rest-api-test-some-lambda',
  functionVersion: '7',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:rest-api-test-some-lambda:prod',
  memoryLimitInMB: '256',
  awsRequestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
  logGroupName: '/aws/lambda/rest-api-test-some-lambda',
  logStreamName: '2026/11/25/[7]0123456789abcdef0123456789abcdef',
  getRemainingTimeInMillis: () => 5_000,
  done: unused,
  fail: unused,
  succeed: unused,
};

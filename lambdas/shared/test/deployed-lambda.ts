import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { bundleLambda } from '../../../actions/lib/packaging/bundle.ts';
import { context } from './context.ts';
import type { Reply, Request } from './runtime.ts';

const root = path.join(import.meta.dirname, '../../..');

/** Unpacks the lambda's package into a folder. Gives the file that Lambda would load. */
export async function unpack(id: string, folder: string): Promise<string> {
  mkdirSync(path.join(folder, id), { recursive: true });
  for (const [name, contents] of Object.entries(await bundleLambda(path.join(root, 'lambdas', id, 'handler.ts'), root)))
    writeFileSync(path.join(folder, id, name), contents);
  return path.join(folder, id, 'index.mjs');
}

/** One instance of a lambda: its package in a process of its own, with the environment that Terraform gives it. */
export class DeployedLambda {
  /** What it has written so far, by line. */
  readonly log: string[] = [];
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(file: string, env: NodeJS.ProcessEnv) {
    this.#process = fork(path.join(import.meta.dirname, 'runtime.ts'), [pathToFileURL(file).href], {
      execArgv: [],
      silent: true,
      env: {
        NODE_OPTIONS: '--enable-source-maps',
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_LAMBDA_FUNCTION_NAME: context.functionName,
        AWS_LAMBDA_FUNCTION_VERSION: context.functionVersion,
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        ...env,
      },
    });
    const streams = [this.#process.stdout, this.#process.stderr].filter((stream) => stream !== null);
    this.#ended = Promise.all(
      streams.map((input) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        createInterface({ input })
          .on('line', (line) => this.log.push(line))
          .once('close', resolve);
        return promise;
      }),
    );
  }

  /** @throws Error with what it said if it does not start */
  static async start(file: string, env: NodeJS.ProcessEnv): Promise<DeployedLambda> {
    const lambda = new DeployedLambda(file, env);
    const reply = await lambda.#reply();
    if ('failure' in reply) {
      await lambda.stop();
      throw new Error(reply.failure);
    }
    return lambda;
  }

  async call(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
    // As Lambda does: what can be sent, and no functions.
    this.#send({ event, context: JSON.parse(JSON.stringify(context)) });
    const reply = await this.#reply();
    if (!('result' in reply)) throw new Error(JSON.stringify(reply));
    return reply.result;
  }

  /** `log`, read. */
  get lines(): Record<string, unknown>[] {
    return this.log.map((line): Record<string, unknown> => JSON.parse(line));
  }

  /** Puts its clock forward. */
  advance(milliseconds: number): void {
    this.#send({ advance: milliseconds });
  }

  /** Ends it, once everything that it wrote is in `log`. */
  async stop(): Promise<void> {
    this.#process.kill();
    await this.#ended;
  }

  #send(request: Request): void {
    this.#process.send(request);
  }

  #reply(): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const ended = (): void => reject(new Error(`The lambda has ended:\n${this.log.join('\n')}`));
    this.#process.once('exit', ended).once('message', (message: Reply) => {
      this.#process.off('exit', ended);
      resolve(message);
    });
    return promise;
  }
}

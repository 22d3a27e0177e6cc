import type { Alias, Functions, FunctionVersion } from '../../aws/functions.ts';
import { UserError } from '../../errors.ts';

interface FakeFunction {
  latest: string;
  readonly versions: FunctionVersion[];
  readonly aliases: Map<string, Alias>;
}

/** Lambda functions in memory. Every change is kept in `changes`, as `publish f 3`, `move f prod 3` and `delete f 1`. */
export class FakeFunctions implements Functions {
  readonly changes: string[] = [];
  readonly #functions = new Map<string, FakeFunction>();
  #revision = 0;

  /** @param versions the checksums of the published versions 1, 2, … */
  add(name: string, latest: string, versions: readonly string[], aliases: Readonly<Record<string, string>>): void {
    this.#functions.set(name, {
      latest,
      versions: versions.map((codeSha256, index) => ({ version: String(index + 1), codeSha256 })),
      aliases: new Map(Object.entries(aliases).map(([alias, version]) => [alias, this.#alias(version)])),
    });
  }

  version(functionName: string, version: string): Promise<FunctionVersion | undefined> {
    const { latest, versions } = this.#get(functionName);
    if (version === '$LATEST') return Promise.resolve({ version, codeSha256: latest });
    return Promise.resolve(versions.find((candidate) => candidate.version === version));
  }

  versions(functionName: string): Promise<readonly FunctionVersion[]> {
    return Promise.resolve([...this.#get(functionName).versions]);
  }

  publish(functionName: string, codeSha256: string): Promise<FunctionVersion> {
    const found = this.#get(functionName);
    if (found.latest !== codeSha256)
      return Promise.reject(new Error('CodeSHA256 is different from current CodeSHA256.'));
    const version = String(Number(found.versions.at(-1)?.version ?? 0) + 1);
    found.versions.push({ version, codeSha256 });
    this.changes.push(`publish ${functionName} ${version}`);
    return Promise.resolve({ version, codeSha256 });
  }

  alias(functionName: string, name: string): Promise<Alias | undefined> {
    return Promise.resolve(this.#get(functionName).aliases.get(name));
  }

  aliases(functionName: string): Promise<readonly Alias[]> {
    return Promise.resolve([...this.#get(functionName).aliases.values()]);
  }

  moveAlias(functionName: string, name: string, to: string, revisionId: string): Promise<Alias> {
    const { aliases } = this.#get(functionName);
    if (aliases.get(name)?.revisionId !== revisionId)
      return Promise.reject(new UserError(`Somebody else moved the alias "${name}".`, 'Promote again.'));
    this.changes.push(`move ${functionName} ${name} ${to}`);
    return Promise.resolve(this.set(functionName, name, to));
  }

  deleteVersion(functionName: string, version: string): Promise<void> {
    const { versions, aliases } = this.#get(functionName);
    const isNamed = [...aliases.values()].some(
      (alias) => alias.version === version || Object.hasOwn(alias.shifting ?? {}, version),
    );
    if (isNamed) return Promise.reject(new Error(`An alias refers to the version ${version}.`));
    const index = versions.findIndex((candidate) => candidate.version === version);
    if (index === -1) return Promise.reject(new Error(`There is no version ${version}.`));
    versions.splice(index, 1);
    this.changes.push(`delete ${functionName} ${version}`);
    return Promise.resolve();
  }

  /** As somebody else would: past the caller. */
  set(functionName: string, name: string, to: string, shifting?: Alias['shifting']): Alias {
    const alias = { ...this.#alias(to), ...(shifting === undefined ? {} : { shifting }) };
    this.#get(functionName).aliases.set(name, alias);
    return alias;
  }

  /** What an alias runs, without a promise. */
  now(functionName: string, alias: string): string | undefined {
    return this.#get(functionName).aliases.get(alias)?.version;
  }

  #alias(version: string): Alias {
    this.#revision += 1;
    return { version, revisionId: `revision-${this.#revision}` };
  }

  #get(name: string): FakeFunction {
    const found = this.#functions.get(name);
    if (found === undefined) throw new Error(`There is no function ${name}.`);
    return found;
  }
}

/** Packages as another machine would: `node pack.ts <root> <umask>`, time zone and locale from the environment. */
import { join } from 'node:path';
import { writeManifest } from '../../packaging/manifest.ts';
import { packageLambdas } from '../../packaging/package.ts';

const [root = '', umask = ''] = process.argv.slice(2);
process.umask(Number.parseInt(umask, 8));
const packages = await packageLambdas(join(root, 'lambdas'), root);
const manifest = await writeManifest(join(root, 'terraform'), packages);
process.stdout.write(JSON.stringify({ packages, manifest, offset: new Date(1980, 0, 1).getTimezoneOffset() }));

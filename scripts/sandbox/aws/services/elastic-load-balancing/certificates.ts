import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { generate } from 'selfsigned';
import { clientOptions, type ServiceContext } from '../context.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** A private key and its certificate, as PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/**
 * Stands in for ACM's private keys: each certificate's names, signed by a certificate authority of the sandbox's own. Whoever trusts
 * `caFile` can check them.
 */
export class Certificates {
  readonly caFile: string;
  readonly #keyFile: string;
  readonly #acm: ACMClient;
  readonly #made = new Map<string, Promise<KeyPair>>();

  constructor(context: ServiceContext) {
    const folder = context.folder('load-balancing');
    this.caFile = path.join(folder, 'ca.pem');
    this.#keyFile = path.join(folder, 'ca-key.pem');
    this.#acm = new ACMClient(clientOptions(context));
  }

  close(): void {
    this.#acm.destroy();
  }

  /** Makes the authority, unless it is there from before. */
  async prepare(): Promise<void> {
    if (existsSync(this.caFile) && existsSync(this.#keyFile)) return;
    const made = await generate([{ name: 'commonName', value: 'Sandbox certificate authority' }], {
      ...validity(3650),
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    mkdirSync(path.dirname(this.caFile), { recursive: true });
    writeFileSync(this.#keyFile, made.private, { mode: 0o600 });
    writeFileSync(this.caFile, made.cert);
  }

  /** What a listener needs to speak for the names of this certificate. */
  pair(arn: string): Promise<KeyPair> {
    const known = this.#made.get(arn);
    if (known !== undefined) return known;
    const made = this.#make(arn);
    this.#made.set(arn, made);
    // Another time it may be there.
    made.catch(() => this.#made.delete(arn));
    return made;
  }

  async #make(CertificateArn: string): Promise<KeyPair> {
    const { Certificate: certificate } = await this.#acm.send(new DescribeCertificateCommand({ CertificateArn }));
    const name = certificate?.DomainName;
    if (name === undefined) throw new Error(`ACM knows no name of ${CertificateArn}.`);
    const names = [...new Set([name, ...(certificate?.SubjectAlternativeNames ?? [])])];
    const made = await generate([{ name: 'commonName', value: name }], {
      ...validity(397),
      ca: { key: readFileSync(this.#keyFile, 'utf8'), cert: readFileSync(this.caFile, 'utf8') },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) },
      ],
    });
    return { key: made.private, cert: made.cert };
  }
}

function validity(days: number): {
  notBeforeDate: Date;
  notAfterDate: Date;
  keyType: 'ec';
  curve: 'P-256';
  algorithm: string;
} {
  return {
    // Clocks differ by a little.
    notBeforeDate: new Date(Date.now() - 60_000),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
  };
}

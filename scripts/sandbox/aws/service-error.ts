import type { IncomingHttpHeaders } from 'node:http';
import { isQueryProtocol, type ServiceResponse } from './service-request.ts';

/**
 * An error in the shape that the caller's SDK reads: REST-XML for S3, query-XML for forms, JSON for all others (JSON 1.0
 * and 1.1 read `__type`, REST-JSON reads the header).
 * Source: https://smithy.io/2.0/aws/protocols/, "Operation error serialization" of each protocol.
 */
export function serviceError(
  service: string,
  headers: IncomingHttpHeaders,
  error: { readonly status: number; readonly code: string; readonly message: string },
): ServiceResponse {
  const { status, code, message } = error;
  const xmlError = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  if (service === 's3') {
    return { status, headers: { 'content-type': 'application/xml' }, body: `<Error>${xmlError}</Error>` };
  }
  if (isQueryProtocol(headers)) {
    const body = `<ErrorResponse><Error><Type>Sender</Type>${xmlError}</Error></ErrorResponse>`;
    return { status, headers: { 'content-type': 'text/xml' }, body };
  }
  const contentType = headers['content-type'] ?? '';
  return {
    status,
    headers: {
      'content-type': contentType.startsWith('application/x-amz-json') ? contentType : 'application/json',
      'x-amzn-errortype': code,
    },
    body: JSON.stringify({ __type: code, message }),
  };
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * Sent as the header `x-lambda-revision`. Change it to see a new version go through the whole loop: on the stage `test`
 * the version itself (`x-lambda-version`) is always `$LATEST`.
 */
export const revision = '1';

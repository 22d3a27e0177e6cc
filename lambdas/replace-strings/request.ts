// Made from request.schema.json by `make docs`: change that, not this.

/**
 * A text in which words are to be replaced
 */
export interface ReplaceStringsRequest {
  /**
   * The text; an empty one is answered with an empty one
   */
  content: string;
}

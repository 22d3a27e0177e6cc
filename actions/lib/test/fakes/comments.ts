import type { Comment, CommentApi } from '../../github/comments.ts';

/** The comments of one pull request in memory, as several accounts see them. `turn` is awaited before each call. */
export class FakeComments {
  readonly comments: Comment[] = [];
  readonly calls: string[] = [];
  #lastId = 0;

  add(author: string, body: string): Comment {
    this.#lastId += 1;
    const comment = { id: this.#lastId, body, author };
    this.comments.push(comment);
    return comment;
  }

  as(author: string, turn: (call: string) => Promise<void> = () => Promise.resolve()): CommentApi {
    const call = async (name: string): Promise<void> => {
      await turn(name);
      this.calls.push(name);
    };
    return {
      list: async () => {
        await call('list');
        return [...this.comments];
      },
      create: async (body) => {
        await call('create');
        return this.add(author, body);
      },
      update: async (id, body) => {
        await call(`update ${id}`);
        const index = this.comments.findIndex((comment) => comment.id === id);
        const found = this.comments[index];
        if (found === undefined) throw new Error(`There is no comment ${id}.`);
        this.comments[index] = { ...found, body };
      },
      // Like the real one: that it is gone already is no error.
      delete: async (id) => {
        await call(`delete ${id}`);
        const index = this.comments.findIndex((comment) => comment.id === id);
        if (index !== -1) this.comments.splice(index, 1);
      },
    };
  }
}

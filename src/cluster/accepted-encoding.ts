import { jsonLists } from './decode.ts';
import type { ListEncoding } from './page.ts';
import { protobufLists } from './protobuf/page.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
export const JSON_ONLY = 'application/json';

/** What one API server is asked to write lists in. */
export interface AcceptedEncoding {
  /** For the request's header. */
  accept(): string;
  /**
   * Hears the status of a list that failed.
   *
   * @returns `true` when the server, or what stands before it, refused protobuf: ask again; from now on it is JSON
   */
  refused(status: number | undefined, accept: string): boolean;
}

/** Remembers, as long as it lives, that a server wants no protobuf. */
export function createAcceptedEncoding(): AcceptedEncoding {
  let accepted = `${PROTOBUF}, ${JSON_ONLY}`;
  return {
    accept: () => accepted,
    refused(status, accept) {
      if ((status !== 406 && status !== 415) || accept === JSON_ONLY) return false;
      accepted = JSON_ONLY;
      return true;
    },
  };
}

/** What an answer is written in, whatever was asked for: a proxy may have its own mind, page by page. */
export function encodingOf(contentType: string): ListEncoding {
  return contentType.startsWith(PROTOBUF) ? protobufLists : jsonLists;
}

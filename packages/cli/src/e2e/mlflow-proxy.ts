/** Stands between `cairn` and a real MLflow, and makes trouble when told to. For tests. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Trouble =
  /** What a guard before the server says. */
  | { readonly status: 401 | 403 | 429 | 500 | 503 }
  /** The server gets another name to its address: what it says is its own. */
  | { readonly host: string }
  /** No answer, ever. */
  | 'silence'
  /** The server does what it was asked, and the answer is lost on the way: every second one, or every one's half. */
  | 'lost'
  | 'half';

export interface Proxy {
  readonly uri: string;
  trouble: Trouble | undefined;
  readonly stop: () => Promise<void>;
}

export async function startProxy(target: string): Promise<Proxy> {
  let count = 0;
  const server = createServer((asked, answer) => {
    void handle(asked, answer, { target, trouble: proxy.trouble, count: count++ }).catch(() =>
      answer.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: Proxy = {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    trouble: undefined,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

interface Passing {
  readonly target: string;
  readonly trouble: Trouble | undefined;
  readonly count: number;
}

async function handle(
  asked: IncomingMessage,
  answer: ServerResponse,
  { target, trouble, count }: Passing,
): Promise<void> {
  const body = await bytesOf(asked);
  if (trouble === 'silence') return;
  if (typeof trouble === 'object' && 'status' in trouble) {
    answer.writeHead(trouble.status, { 'Content-Type': 'text/plain' }).end('no');
    return;
  }
  const { host } = new URL(target);
  const headers = { ...asked.headers, host: typeof trouble === 'object' ? trouble.host : host };
  const options = { method: asked.method ?? 'GET', headers };
  const given = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${target}${asked.url ?? ''}`, options, resolve)
      .on('error', reject)
      .end(body);
  });
  const text = await bytesOf(given);
  if (trouble === 'lost' && count % 2 === 0) {
    answer.destroy();
    return;
  }
  answer.writeHead(given.statusCode ?? 502, given.headers);
  if (trouble === 'half') answer.write(text.subarray(0, text.length / 2), () => answer.destroy());
  else answer.end(text);
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

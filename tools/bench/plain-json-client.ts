/**
 * What the product is measured against: `node plain-json-client.ts URL CA_FILE TOKEN PATH…`, one plain HTTP client that
 * fetches the same kinds as JSON and parses them. Keep-alive, eight sockets, kinds in parallel, pages of 500, no gzip.
 */
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { serveRounds } from './rounds.ts';

const [url = '', caFile = '', token = '', ...paths] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 8, ca: readFileSync(caFile) });

serveRounds(async () => {
  const counts = await Promise.all(paths.map(countList));
  return { objects: counts.reduce((sum, count) => sum + count, 0) };
});

async function countList(path: string): Promise<number> {
  let count = 0;
  let token = '';
  do {
    const query = `?limit=500${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`;
    const page = JSON.parse(await fetchText(path + query));
    count += page.items.length;
    token = page.metadata.continue ?? '';
  } while (token !== '');
  return count;
}

function fetchText(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    get(`${url}${path}`, { agent, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(pieces).toString('utf8'));
        else reject(new Error(`${path}: ${response.statusCode}`));
      });
    }).on('error', reject);
  });
}

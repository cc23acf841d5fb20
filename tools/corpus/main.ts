import { existsSync, statSync } from 'node:fs';
import { corpusLines, readCorpus } from './read-corpus.ts';

/* `npm run corpus -- DIR`: what this version makes of agent files of other authors, one line a file, and how many. */
const folder = process.argv[2] ?? 'test/corpus/agents';
if (existsSync(folder) && statSync(folder).isDirectory()) {
  for (const line of corpusLines(readCorpus(folder))) console.log(line);
} else {
  console.error(`${folder} is no directory. Usage: npm run corpus -- DIR`);
  process.exitCode = 64;
}

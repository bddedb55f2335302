// Reads the pages whose paths and URLs come in on standard input with extractors of npm, each as its authors document
// it. Prints a line of JSON for each page and extractor; an extractor that fails says nothing about that page.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { decodeBuffer } from "encoding-sniffer";
import { getPreviewFromContent } from "link-preview-js";
import metascraper from "metascraper";
import description from "metascraper-description";
import image from "metascraper-image";
import title from "metascraper-title";
import openGraphScraper from "open-graph-scraper";
import { unfurl } from "unfurl.js";

const TIMES = Number(process.env.TIMES);

const scraper = metascraper([title(), description(), image()]);

const extractors = {
  metascraper: (url, html) => scraper({ url, html }),
  "open-graph-scraper": async (url, html) => {
    const { result } = await openGraphScraper({ html });
    return {
      title: result.ogTitle ?? result.twitterTitle,
      description: result.ogDescription ?? result.twitterDescription,
      image: result.ogImage?.[0]?.url ?? result.twitterImage?.[0]?.url,
    };
  },
  "unfurl.js": async (url, html) => {
    const headers = new Map([["Content-Type", "text/html; charset=utf-8"]]);
    const response = { status: 200, headers, arrayBuffer: async () => Buffer.from(html) };
    const { open_graph: graph, twitter_card: twitter, ...page } = await unfurl(url, { fetch: async () => response, oembed: false });
    return {
      title: graph?.title ?? twitter?.title ?? page.title,
      description: graph?.description ?? twitter?.description ?? page.description,
      image: graph?.images?.[0]?.url ?? twitter?.images?.[0]?.url,
    };
  },
  "link-preview-js": async (url, html) => {
    const found = await getPreviewFromContent({ url, data: html, headers: { "content-type": "text/html" } });
    return { title: found.title, description: found.description, image: found.images?.[0] };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { file, page, url } = JSON.parse(line);
  const html = decodeBuffer(readFileSync(file), { defaultEncoding: "utf8" });
  for (const [by, extract] of Object.entries(extractors)) {
    try {
      let microseconds = Infinity;
      let found;
      for (let time = 0; time < TIMES; time++) {
        const begun = process.cpuUsage();
        found = await extract(url, html);
        const took = process.cpuUsage(begun);
        microseconds = Math.min(microseconds, took.user + took.system);
      }
      const { title, description, image } = found;
      console.log(JSON.stringify({ by, page, title, description, image, microseconds }));
    } catch (error) {
      console.error(`${by}: ${page}: ${String(error).split("\n")[0].slice(0, 200)}`);
    }
  }
}

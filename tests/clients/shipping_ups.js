// Calls one method of the unmodified npm library shipping-ups against a gateway.
//
//   node shipping_ups.js PORT   with {"method", "arguments", "options"} as JSON on standard input
//
// The library's hosts are constants inside it, so https.request is pointed at the gateway here; the rest is its own.
// Writes {"error", "result", "raw"}: what the library's callback got, and the answer that it was made from.
'use strict';

const http = require('http');
const https = require('https');

const port = Number(process.argv[2]);
let raw = '';
https.request = (options, answer) => {
  const request = http.request({...options, protocol: 'http:', host: '127.0.0.1', hostname: '127.0.0.1', port}, answer);
  request.on('response', (response) => response.on('data', (piece) => { raw += piece; }));
  return request;
};

let input = '';
process.stdin.on('data', (piece) => { input += piece; });
process.stdin.on('end', () => {
  const call = JSON.parse(input);
  const Library = require('shipping-ups');
  const ups = new Library({
    environment: 'live',
    access_key: 'DEMO0ACCESS0KEY0',
    username: 'demo',
    password: 'demo',
    ...call.options,
  });
  ups[call.method](...call.arguments, (error, result) => {
    const shown = error instanceof Error ? {message: error.message} : error;
    process.stdout.write(JSON.stringify({error: shown || null, result: result || null, raw}));
  });
});

// Calls one method of the unmodified npm library ups-api against a gateway, by its own settings alone.
//
//   node ups_api.js PORT   with {"method", "arguments", "options"} as JSON on standard input
//
// Writes {"error", "result"}: what the library's promise was kept or broken with.
'use strict';

const {API} = require('ups-api');

const base = `http://127.0.0.1:${process.argv[2]}`;
let input = '';
process.stdin.on('data', (piece) => { input += piece; });
process.stdin.on('end', async () => {
  const call = JSON.parse(input);
  const ups = new API({
    documentBaseUrl: `${base}/rest/PaperlessDocumentAPI/`,
    locatorBaseUrl: `${base}/ups.app/xml/Locator/`,
    pickupBaseUrl: `${base}/ship/v1707/pickups/`,
    shippingBaseUrl: `${base}/ship/v1/`,
    trackingBaseUrl: `${base}/track/v1/`,
    trackingXmlBaseUrl: `${base}/ups.app/xml/Track/`,
    license: 'DEMO0ACCESS0KEY0',
    username: 'demo',
    password: 'demo',
    transactionSrc: 'shop',
    ...call.options,
  });
  const said = {error: null, result: null};
  try {
    said.result = await ups[call.method](...call.arguments);
  } catch (error) {
    said.error = {message: error.message, code: error.code ?? null};
  }
  process.stdout.write(JSON.stringify(said), () => process.exit(0));
});

// Calls operations of UPS's SOAP services with npm's soap, with clients that it made of UPS's WSDLs.
//
//   node node_soap.js PORT   with {"security", "calls": [{"wsdl", "service", "operation", "request"}]} as JSON on
//   standard input
//
// Writes a list of {"result", "fault", "raw"}: what each callback got, and the answer that it was made from.
'use strict';

const soap = require('soap');

const namespace = 'http://www.ups.com/XMLSchema/XOLTWS/UPSS/v1.0';

const qualified = (value) => typeof value !== 'object' ? value : Object.fromEntries(
  Object.entries(value).map(([name, inner]) => [`upss:${name}`, qualified(inner)]));

async function asked(call, security) {
  const client = await soap.createClientAsync(call.wsdl);
  client.setEndpoint(`http://127.0.0.1:${process.argv[2]}/webservices/${call.service}`);
  client.addSoapHeader(qualified({UPSSecurity: security}), '', 'upss', namespace);
  return new Promise((told) => client[call.operation](call.request, (error, result, raw) => told({
    result: error ? null : result,
    fault: error ? error.root.Envelope.Body.Fault : null,
    raw,
  })));
}

let input = '';
process.stdin.on('data', (piece) => { input += piece; });
process.stdin.on('end', async () => {
  const {security, calls} = JSON.parse(input);
  const said = [];
  for (const call of calls) said.push(await asked(call, security));
  process.stdout.write(JSON.stringify(said), () => process.exit(0));
});

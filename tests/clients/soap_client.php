<?php
// Calls one operation of a UPS SOAP service with PHP's own SoapClient, as UPS's published samples do.
//
//   php soap_client.php   with {"wsdl", "location", "operation", "request", "security", "cut"} as JSON on standard input
//
// "cut": as many bytes are taken from the end of the request, as programs do that rewrite it in __doRequest.
// Writes {"result", "fault", "raw"}: what the client returned or threw, and the answer that it was made from.

class Client extends SoapClient
{
    public int $cut = 0;

    public function __doRequest($request, $location, $action, $version, $oneWay = false): ?string
    {
        return parent::__doRequest(substr($request, 0, strlen($request) - $this->cut), $location, $action, $version);
    }
}

$call = json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
$client = new Client($call['wsdl'], ['soap_version' => SOAP_1_1, 'trace' => 1, 'cache_wsdl' => WSDL_CACHE_NONE]);
$client->cut = $call['cut'];
$client->__setLocation($call['location']);
$namespace = 'http://www.ups.com/XMLSchema/XOLTWS/UPSS/v1.0';
$client->__setSoapHeaders(new SoapHeader($namespace, 'UPSSecurity', $call['security']));
$result = $fault = null;
try {
    $result = $client->__soapCall($call['operation'], [$call['request']]);
} catch (SoapFault $thrown) {
    $fault = ['code' => $thrown->faultcode, 'words' => $thrown->faultstring, 'detail' => $thrown->detail ?? null];
}
echo json_encode(['result' => $result, 'fault' => $fault, 'raw' => $client->__getLastResponse()], JSON_THROW_ON_ERROR);

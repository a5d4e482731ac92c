"""The REST operations of the simulated UPS, one module an API.

The rule: `ROUTES` is all that the frame needs to know. Paths are those of UPS's OpenAPI files.
"""

from ups_gateway.simulator.model import Route
from ups_gateway.simulator.operations import address, pickup, rating, recovery, shipping, tracking, transit, void

ROUTES: tuple[Route, ...] = (
    Route("POST", "/api/rating/{version}/{requestoption}", rating.rate),
    Route("POST", "/api/shipments/{version}/ship", shipping.ship),
    Route("DELETE", "/api/shipments/{version}/void/cancel/{shipmentidentificationnumber}", void.cancel),
    Route("POST", "/api/labels/{version}/recovery", recovery.recover),
    Route("GET", "/api/track/{version}/details/{inquiryNumber}", tracking.details),
    Route("GET", "/api/track/{version}/reference/details/{referenceNumber}", tracking.reference_details),
    Route("GET", "/api/track/{version}/shipment/details/{inquiryNumber}", tracking.shipment_details),
    Route("POST", "/api/addressvalidation/{version}/{requestoption}", address.validate),
    Route("POST", "/api/shipments/{version}/transittimes", transit.times),
    Route("POST", "/api/pickupcreation/{version}/pickup", pickup.create),
    Route("DELETE", "/api/shipments/{version}/pickup/{CancelBy}", pickup.cancel),
)

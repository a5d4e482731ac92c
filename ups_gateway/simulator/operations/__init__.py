"""The REST operations of the simulated UPS, one module an API.

The rule: `ROUTES` is all that the frame needs to know. Paths are those of UPS's OpenAPI files.
"""

from ups_gateway.simulator.model import Route
from ups_gateway.simulator.operations import (
    address,
    chemicals,
    dangerous,
    facilities,
    landed_cost,
    locator,
    paperless,
    pickup,
    pickup_rating,
    pickup_status,
    prenotification,
    quantum,
    rating,
    recovery,
    shipping,
    tracking,
    transit,
    void,
)

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
    Route("POST", "/api/shipments/{version}/pickup/{pickuptype}", pickup_rating.rate),
    Route("GET", "/api/shipments/{version}/pickup/{pickuptype}", pickup_status.pending),
    Route("POST", "/api/pickup/{version}/servicecenterlocations", facilities.service_centers),
    Route("GET", "/api/pickup/{version}/countries/{countrycode}", facilities.divisions),
    Route("POST", "/api/paperlessdocuments/{version}/upload", paperless.upload),
    Route("POST", "/api/paperlessdocuments/{version}/image", paperless.push),
    Route("DELETE", "/api/paperlessdocuments/{version}/DocumentId/ShipperNumber", paperless.delete),
    Route("POST", "/api/dangerousgoods/{version}/acceptanceauditprecheck", dangerous.pre_check),
    Route("POST", "/api/dangerousgoods/{version}/chemicalreferencedata", chemicals.reference_data),
    Route("POST", "/api/dangerousgoods/{version}/prenotification", prenotification.notify),
    Route("POST", "/api/locations/{version}/search/availabilities/{reqOption}", locator.locate),
    Route("POST", "/api/quantumview/{version}/events", quantum.events),
    Route("POST", "/api/landedcost/{version}/quotes", landed_cost.quote),
)

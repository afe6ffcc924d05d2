from ._deliveries import DELIVERY_JOBS, DeliveryService
from ._endpoints import EndpointService

__all__ = ["DELIVERY_JOBS", "DeliveryService", "EndpointService"]

from cases.models.activity import Activity
from cases.models.case import Case
from cases.models.customer import Contact, Customer
from cases.models.entitlement import Entitlement
from cases.models.number import NumberSeries
from cases.models.product import Product

__all__ = ["Activity", "Case", "Contact", "Customer", "Entitlement", "NumberSeries", "Product"]

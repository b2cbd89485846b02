"""The demo factory's people, one or more for each role."""

from dataclasses import dataclass

from models.rules.access import Role


@dataclass(frozen=True)
class Person:
    """Somebody who works at the demo factory."""

    username: str
    name: str
    role: Role


PEOPLE = (
    Person("ada", "Ada Okafor", Role.ADMIN),
    Person("maria", "Maria Lindqvist", Role.MANAGER),
    Person("ivan", "Ivan Petrov", Role.INVENTORY_MANAGER),
    Person("tom", "Tom Becker", Role.TECHNICIAN),
    Person("lena", "Lena Fischer", Role.TECHNICIAN),
    Person("yusuf", "Yusuf Demir", Role.TECHNICIAN),
    Person("olga", "Olga Novak", Role.OUTSOURCED_TECHNICIAN),
    Person("carla", "Carla Rossi", Role.CUSTOMER),
    Person("victor", "Victor Hugo Lima", Role.VIEWER),
    Person("dev", "Devika Rao", Role.DEVELOPER),
)

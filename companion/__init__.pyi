from companion.scripting import Companion as Companion

__version__: str

"""Messages to send: asked for in the transaction that made them necessary, sent once per key."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert, and_, bindparam, case, func, literal, or_, select, type_coerce, update
from sqlmodel import col


"""The process that holds the model: it computes all that waits, in one batch.

No worker waits for another. While a batch is computed the other workers build their next graphs,
and what they have asked for by the end of it is the next batch.
"""

import pickle
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Listener
from queue import SimpleQueue
from threading import Thread
from typing import Any

from makers.engines.shared.batch_model import BatchModel, ModelOutput

Answer = tuple[ModelOutput | None, str]
"""What was computed, or why it was not."""


@dataclass(frozen=True)
class Request:
    """A worker's question.

    Attributes
    ----------
    model
        Which model.
    graph
        What it reads of a crystal.
    forces
        Whether forces and stress are asked for too.
    """

    model: BatchModel
    graph: Any
    forces: bool


@dataclass
class ModelServer:
    """Answers workers of this user on this machine, at a socket that no other user can reach.

    Attributes
    ----------
    sizes
        How many crystals each batch so far had.
    """

    sizes: list[int] = field(default_factory=list)
    _waiting: SimpleQueue[tuple[bytes, Future[bytes]]] = field(default_factory=SimpleQueue)

    def start(self) -> str:
        """Answer from now on, as long as this process lives, and return the socket's path."""
        listener = Listener(family="AF_UNIX")  # in a new folder that only this user may enter
        for work in (lambda: self._accept(listener), self._compute):
            Thread(target=work, daemon=True).start()
        return str(listener.address)

    def _accept(self, listener: Listener) -> None:
        while True:
            connection = listener.accept()
            Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: "Connection[bytes, bytes]") -> None:
        """Answer a worker until it is gone."""
        with connection, suppress(EOFError, ConnectionError):
            while True:
                answer: Future[bytes] = Future()
                self._waiting.put((connection.recv_bytes(), answer))
                connection.send_bytes(answer.result())

    def _compute(self) -> None:
        while True:
            waiting = [self._waiting.get()]
            while not self._waiting.empty():
                waiting.append(self._waiting.get())
            self._compute_together(waiting)

    def _compute_together(self, waiting: Sequence[tuple[bytes, "Future[bytes]"]]) -> None:
        """Compute what waits: a batch for each model that is asked."""
        batches = defaultdict[tuple[BatchModel, bool], list[tuple[Any, Future[bytes]]]](list)
        for message, answer in waiting:
            request: Request = pickle.loads(message)  # noqa: S301  from this user alone
            batches[request.model, request.forces].append((request.graph, answer))
        for (model, forces), batch in batches.items():
            self.sizes.append(len(batch))
            found = answers(model, [graph for graph, _ in batch], forces=forces)
            for (_, answer), each in zip(batch, found, strict=True):
                answer.set_result(pickle.dumps(each))


def answers(model: BatchModel, graphs: Sequence[Any], *, forces: bool) -> list[Answer]:
    """Compute crystals in one batch, or in halves where that fails.

    A batch that is too large for the memory is computed in smaller ones, and a crystal that cannot
    be computed fails alone.
    """
    try:
        return [(each, "") for each in model.predict(graphs, forces=forces)]
    except Exception as error:  # noqa: BLE001  any error is told to the worker whose crystal it is
        if len(graphs) == 1:
            return [(None, f"{type(error).__name__}: {error}")]
    half = len(graphs) // 2
    parts = (graphs[:half], graphs[half:])
    return [answer for part in parts for answer in answers(model, part, forces=forces)]

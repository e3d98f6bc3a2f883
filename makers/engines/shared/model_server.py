"""The process that holds the model: it computes all that waits, in one batch.

No worker waits for another. While a batch is computed the other workers build their next graphs,
and what they have asked for by the end of it is the next batch.
"""

import pickle
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Listener
from pathlib import Path
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
    """Answers workers of this user on this machine.

    Attributes
    ----------
    sizes
        How many crystals each batch so far had.
    """

    sizes: list[int] = field(default_factory=list)
    _waiting: SimpleQueue[tuple[bytes, Future[bytes]]] = field(default_factory=SimpleQueue)

    @contextmanager
    def listening(self, path: Path) -> Iterator[None]:
        """Answer at a socket until the block is left.

        Parameters
        ----------
        path
            Of the socket, in a folder that only this user may enter: what arrives is unpickled.
        """
        listener = Listener(str(path), family="AF_UNIX")
        for work in (lambda: self._accept(listener), self._compute):
            Thread(target=work, daemon=True).start()
        with closing(listener):
            yield

    def _accept(self, listener: Listener) -> None:
        with suppress(OSError):  # it is closed
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
            try:
                self._compute_together(waiting)
            except Exception as error:  # noqa: BLE001  a worker without an answer waits for ever
                for _, answer in waiting:
                    if not answer.done():
                        answer.set_result(pickle.dumps(_failure(error)))

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
            return [_failure(error)]
    half = len(graphs) // 2
    parts = (graphs[:half], graphs[half:])
    return [answer for part in parts for answer in answers(model, part, forces=forces)]


def _failure(error: Exception) -> Answer:
    return None, f"{type(error).__name__}: {error}"

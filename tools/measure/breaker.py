"""Stands between a client and a PostgreSQL server and breaks one connection at a chosen point. Knows the protocol's message frames."""

import socket
import struct
import threading

SSL, GSS = 80877103, 80877104


class Frames:
    """Cuts a client's bytes into messages: (type, whole message); the type of what precedes the session is None."""

    def __init__(self):
        self.rest, self.has_started = b"", False

    def feed(self, data):
        self.rest += data
        while True:
            head = 1 if self.has_started else 0
            if len(self.rest) < head + 4:
                return
            size = head + struct.unpack("!I", self.rest[head:head + 4])[0]
            if len(self.rest) < size:
                return
            message, self.rest = self.rest[:size], self.rest[size:]
            kind = message[:1] if self.has_started else None
            if kind is None and struct.unpack("!I", message[4:8])[0] not in (SSL, GSS):
                self.has_started = True
            yield kind, message


def is_commit(kind, message):
    return kind == b"P" and message[5:].split(b"\0")[1].strip() == b"COMMIT"


class Breaker:
    """A proxy on a free port. `order` is ("lose-request" | "lose-reply", k): the k-th COMMIT; or ("cut", n): after n bytes of the client's."""

    def __init__(self, port):
        self.server, self.order, self.commits, self.bytes, self.breaks = port, None, 0, 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def expect(self, order):
        self.order, self.commits, self.bytes, self.breaks = order, 0, 0, 0

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.server))
            except OSError:
                client.close()
                continue
            link = {"loses_reply": False}
            for pump in (self.requests, self.replies):
                threading.Thread(target=pump, args=(client, server, link), daemon=True).start()

    def requests(self, client, server, link):
        frames = Frames()
        try:
            while data := client.recv(1 << 16):
                with self.lock:
                    data, breaks = self.decide(data, frames, link)
                server.sendall(data)
                if breaks:
                    return reset(client, server)
            server.shutdown(socket.SHUT_WR)
        except OSError:
            reset(client, server)

    def decide(self, data, frames, link):
        """Returns what of the client's bytes is passed on, and whether the connection breaks then."""
        kind, limit = self.order or (None, 0)
        if kind == "cut" and not self.breaks and self.bytes + len(data) >= limit:
            self.breaks, data = 1, data[:max(limit - self.bytes, 0)]
            return data, True
        self.bytes += len(data)
        for message_kind, message in frames.feed(data):
            if is_commit(message_kind, message):
                self.commits += 1
                if self.commits == limit and kind in ("lose-request", "lose-reply"):
                    self.breaks = 1
                    if kind == "lose-request":
                        return b"", True
                    link["loses_reply"] = True
        return data, False

    def replies(self, client, server, link):
        try:
            while data := server.recv(1 << 16):
                if link["loses_reply"]:
                    return reset(client, server)
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            reset(client, server)

    def close(self):
        self.listener.close()


def reset(*sockets):
    """Closes so that the other side sees a reset, not an end."""
    for end in sockets:
        try:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        end.close()

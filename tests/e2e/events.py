"""A reader of server-sent events, as a browser's EventSource reads them."""

import http.client
import json
import socket
import urllib.parse


class Event:
    def __init__(self, kind, data, identifier):
        self.kind = kind
        self.data = data
        self.id = identifier

    @property
    def json(self):
        return json.loads(self.data)


class Stream:
    """One connection to a stream: an iterator of its events."""

    def __init__(self, url, path, last_id=None, timeout=40):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(
            parts.hostname, parts.port, timeout=timeout
        )
        fields = {"Accept": "text/event-stream"}
        if last_id:
            fields["Last-Event-ID"] = last_id
        self.connection.request("GET", path, headers=fields)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.headers = self.answer.headers
        self.last_id = last_id
        self.retry = None
        self.comments = 0

    def __iter__(self):
        kind, data = "message", []
        while True:
            line = self.answer.readline()
            if not line:
                return
            line = line.decode().rstrip("\n")
            if line == "":
                if data:
                    yield Event(kind, "\n".join(data), self.last_id)
                kind, data = "message", []
                continue
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "":
                self.comments += 1
            elif field == "event":
                kind = value
            elif field == "data":
                data.append(value)
            elif field == "id":
                self.last_id = value
            elif field == "retry":
                self.retry = int(value)

    def close(self):
        # The answer's file holds the socket open otherwise.
        if self.connection.sock:
            self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.answer.close()
        self.connection.close()

//! Calls over one kept connection, with as little work as possible beside the node's.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// A connection to the node.
pub(crate) struct Caller {
    stream: TcpStream,
    bytes: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) head: &'a str,
    pub(crate) body: &'a [u8],
}

impl Caller {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self { stream, bytes: Vec::with_capacity(16 << 10) }
    }

    pub(crate) fn get(&mut self, path: &str, headers: &str) -> Answer<'_> {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n"), &[])
    }

    pub(crate) fn post(&mut self, path: &str, headers: &str, body: &[u8]) -> Answer<'_> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n",
            body.len()
        );
        self.send(&head, body)
    }

    fn send(&mut self, head: &str, body: &[u8]) -> Answer<'_> {
        self.stream.write_all(head.as_bytes()).unwrap();
        self.stream.write_all(body).unwrap();
        self.bytes.clear();
        let head_len = loop {
            self.more();
            if let Some(place) = self.bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break place + 4;
            }
        };
        let head = std::str::from_utf8(&self.bytes[..head_len]).unwrap();
        let status = head[9..12].parse().unwrap();
        let len_bytes: usize = header(head, "content-length").map_or(0, |len| len.parse().unwrap());
        while self.bytes.len() < head_len + len_bytes {
            self.more();
        }
        let (head, body) = self.bytes.split_at(head_len);
        Answer { status, head: std::str::from_utf8(head).unwrap(), body }
    }

    fn more(&mut self) {
        let mut buffer = [0; 16 << 10];
        let count = self.stream.read(&mut buffer).unwrap();
        assert!(count > 0, "the node closed the connection");
        self.bytes.extend_from_slice(&buffer[..count]);
    }
}

/// A header's value.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

impl Answer<'_> {
    /// The body, of an answer with this status.
    pub(crate) fn expect(&self, status: u16) -> &[u8] {
        assert_eq!(self.status, status, "{}{}", self.head, String::from_utf8_lossy(self.body));
        self.body
    }

    pub(crate) fn json(&self, status: u16) -> serde_json::Value {
        serde_json::from_slice(self.expect(status)).unwrap()
    }
}

/// Text as part of a query.
pub(crate) fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

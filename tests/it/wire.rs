//! Requests as bytes, for what a proper client would never send.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpStream},
};

use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use crate::{client::Answer, process::PATIENCE};

/// Sends these bytes on a connection of their own and reads until the server closes it; every answer in it.
///
/// What the server does not read of them is its own affair: it may have answered before.
pub fn exchange(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = connect(address);
    let _ = stream.write_all(request);
    read(stream)
}

/// The same, but says after these bytes that no more will come.
pub fn exchange_and_end(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = connect(address);
    let _ = stream.write_all(request).and_then(|()| stream.shutdown(Shutdown::Write));
    read(stream)
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
    stream
}

fn read(mut stream: TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer, and then the end");
    answer
}

/// Sends a head, to which `Connection: close` is added, and a body; the one answer.
#[track_caller]
pub fn send(address: &str, head: &str, body: &[u8]) -> Answer {
    let head = format!("{}\r\nConnection: close\r\n\r\n", head.replace('\n', "\r\n"));
    parse(&exchange(address, &[head.as_bytes(), body].concat()))
}

/// Reads one answer.
#[track_caller]
pub fn parse(bytes: &[u8]) -> Answer {
    let answer = String::from_utf8_lossy(bytes);
    let (head, text) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse::<u16>().ok());
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let name: HeaderName = name.parse().expect("a name");
        headers.append(name, HeaderValue::from_str(value.trim()).expect("a value"));
    }
    Answer {
        status: StatusCode::from_u16(status.unwrap_or_else(|| panic!("no status: {head}")))
            .expect("a status"),
        headers,
        text: text.to_owned(),
    }
}

/// The lines of the head of a request, as whoever plays a server reads it.
pub fn head(stream: &TcpStream) -> Vec<String> {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.take_while(|line| !line.is_empty()).collect()
}

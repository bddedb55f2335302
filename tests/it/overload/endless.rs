//! Bodies without an end.

use std::{
    io::{Read, Write},
    thread,
    time::Instant,
};

use super::{head, kilobytes, sent};
use crate::{process::PATIENCE, server::Server, wire};

#[tokio::test(flavor = "multi_thread")]
async fn chunks_without_end_get_413_and_cost_no_more_than_the_limit() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let before = kilobytes(server.id(), "VmHWM");
    let clients: Vec<_> = (0..16)
        .map(|_| {
            let mut stream =
                sent(&server, head(&server, &alice, "/spaces", "Transfer-Encoding: chunked").as_bytes());
            stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
            stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
            thread::spawn(move || {
                let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
                let (begun, mut written) = (Instant::now(), 0_u64);
                while stream.write_all(chunk.as_bytes()).is_ok() {
                    written += 0x10000;
                    assert!(begun.elapsed() < PATIENCE, "it goes on: {written} bytes");
                }
                // The answer may have been lost with the reset that ended the writing.
                let mut answer = Vec::new();
                let _ = stream.read_to_end(&mut answer);
                (written, answer)
            })
        })
        .collect();
    let ends: Vec<_> = clients.into_iter().map(|client| client.join().expect("it ends")).collect();
    let written: u64 = ends.iter().map(|(written, _)| written).sum();
    for (_, answer) in ends.iter().filter(|(_, answer)| !answer.is_empty()) {
        wire::parse(answer).expect_problem(413, "too-large");
    }
    let peak = kilobytes(server.id(), "VmHWM");
    println!(
        "{written} bytes were sent in 16 bodies without end; memory grew from {before} to {peak} kB at most"
    );
    // Each may fill a body of 1 MiB, while it grows twice over, and the buffers of its connection.
    assert!(peak < before + 16 * 4 * 1024, "memory grew from {before} to {peak} kB");
    let refused = r#"natter_requests_total{operation="createSpace",status="413"} 16"#;
    let metrics = crate::client::Client::new(&server.admin).get("/metrics").await.expect(200).text;
    assert!(metrics.contains(refused), "{metrics}");
}

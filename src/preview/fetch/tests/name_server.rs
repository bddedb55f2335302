//! A name server that answers by a script and remembers what it was asked.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};

use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::{RData, Record, RecordType},
};
use tokio::{net::UdpSocket, task::JoinHandle};

/// A name server on a free port of 127.0.0.1.
pub struct NameServer {
    pub address: SocketAddr,
    questions: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl NameServer {
    /// A server that has, for the nth question (from 0) about any name, the addresses that the script gives.
    /// Without any the name does not exist.
    pub async fn start(script: impl Fn(usize) -> Vec<IpAddr> + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let address = socket.local_addr().expect("it is bound");
        let questions = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&questions);
        let task = tokio::spawn(async move {
            let mut packet = [0; 1500];
            while let Ok((length, peer)) = socket.recv_from(&mut packet).await {
                let question = Message::from_vec(&packet[..length]).expect("a question");
                let addresses = {
                    let mut asked = asked.lock().expect("no server panics");
                    asked.push(format!(
                        "{} {}",
                        question.queries[0].name(),
                        question.queries[0].query_type()
                    ));
                    script(asked.len() - 1)
                };
                let answer = answer(&question, &addresses).to_vec().expect("an answer");
                let _ = socket.send_to(&answer, peer).await;
            }
        });
        Self { address, questions, task }
    }

    /// What was asked, sorted.
    pub fn questions(&self) -> Vec<String> {
        let mut questions = self.questions.lock().expect("no server panics").clone();
        questions.sort();
        questions
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answer(question: &Message, addresses: &[IpAddr]) -> Message {
    let query = question.queries[0].clone();
    let mut answer = Message::response(question.id, question.op_code);
    answer.metadata.recursion_available = true;
    if addresses.is_empty() {
        answer.metadata.response_code = ResponseCode::NXDomain;
    }
    for address in addresses {
        let data = match (address, query.query_type()) {
            (IpAddr::V4(address), RecordType::A) => RData::A((*address).into()),
            (IpAddr::V6(address), RecordType::AAAA) => RData::AAAA((*address).into()),
            _ => continue,
        };
        answer.add_answer(Record::from_rdata(query.name().clone(), 0, data));
    }
    answer.add_query(query);
    answer
}

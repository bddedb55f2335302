//! What a PDF says about itself, where it says it in the clear: the title and description of its XMP packet (ISO 16684-1),
//! which programs that read no PDF are meant to find. Nothing else of the file is looked at.

use std::ops::ControlFlow;

use memchr::memmem;

use super::{
    facts::Facts,
    tokenizer::{Dialect, StartTag, TokenSink, Tokenizer},
};

/// How a packet begins and ends.
const PACKET: [&[u8]; 2] = [b"<x:xmpmeta", b"</x:xmpmeta>"];

/// The most bytes of a packet; a longer one is passed over.
const MAX_PACKET_BYTES: usize = 64 * 1024;

/// Reads one PDF.
#[derive(Default)]
pub struct PdfReader {
    /// A packet that has no end yet, or what may be the beginning of one, behind what is done with.
    held: Vec<u8>,
    /// How much of it is done with.
    done: usize,
    /// Before here no end stands, other than in what is done with.
    searched: usize,
    facts: Facts,
}

impl PdfReader {
    /// Reads on. Returns whether more of the file is wanted: the first packet with a title counts, for pictures in the file
    /// may have packets of their own.
    pub fn read(&mut self, bytes: &[u8]) -> bool {
        self.held.extend_from_slice(bytes);
        loop {
            let Some(begin) = find(&self.held, PACKET[0], self.done) else {
                self.done = self.done.max(beginning_of_part(&self.held, PACKET[0]));
                break;
            };
            let from = self.searched.max(begin);
            let end = find(&self.held, PACKET[1], from);
            self.searched = end.unwrap_or_else(|| from.max(beginning_of_part(&self.held, PACKET[1])));
            if self.searched - begin > MAX_PACKET_BYTES {
                // So is every packet too long that begins before this. To look at each would take long where they are many.
                self.done = self.searched - MAX_PACKET_BYTES;
            } else if end.is_some() {
                let facts = facts_of(&self.held[begin..self.searched]);
                if facts.document_title().is_some() {
                    self.facts = facts;
                    return false;
                }
                self.done = self.searched;
            } else {
                self.done = begin;
                break;
            }
        }
        // Little by little, each byte would move what is behind it.
        if self.done > self.held.len() / 2 {
            self.held.drain(..self.done);
            self.searched = self.searched.saturating_sub(self.done);
            self.done = 0;
        }
        true
    }

    /// The facts, at the end of the file or where reading stopped.
    pub fn finish(self) -> Facts {
        self.facts
    }
}

/// Where behind `from` the first `wanted` stands.
fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    memmem::find(&bytes[from..], wanted).map(|place| from + place)
}

/// Where at the earliest something begins of which only a part may be there.
fn beginning_of_part(bytes: &[u8], whole: &[u8]) -> usize {
    bytes.len().saturating_sub(whole.len() - 1)
}

fn facts_of(packet: &[u8]) -> Facts {
    let mut facts = Facts::default();
    let text = String::from_utf8_lossy(packet);
    let _ = Tokenizer::new(Dialect::Xml).read(&text, &mut Packet(&mut facts));
    facts
}

/// What is looked for in a packet: the first language of each text.
struct Packet<'a>(&'a mut Facts);

impl TokenSink for Packet<'_> {
    fn start_tag(&mut self, tag: &StartTag<'_>) -> ControlFlow<()> {
        match tag.name() {
            b"dc:title" => drop(self.0.open_title()),
            b"dc:description" => drop(self.0.open_description()),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn end_tag(&mut self, name: &[u8]) -> ControlFlow<()> {
        if matches!(name, b"rdf:li" | b"dc:title" | b"dc:description") {
            self.0.close();
        }
        ControlFlow::Continue(())
    }

    fn text(&mut self, text: &str) {
        self.0.text(text);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    const TITLE: &str = "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>A report &amp; more</rdf:li>\
                         <rdf:li xml:lang='de'>Ein Bericht</rdf:li></rdf:Alt></dc:title>\
                         <dc:description><rdf:Alt><rdf:li>What it says</rdf:li></rdf:Alt></dc:description>";

    fn packet(inside: &str) -> String {
        format!(
            "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF>\
             <rdf:Description>{inside}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
        )
    }

    fn other_title() -> String {
        TITLE.replace("report", "picture")
    }

    fn file(packets: &[String]) -> Vec<u8> {
        let mut file =
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj << /Title (Not this) >> stream \x80<x:xmp<a '\"".to_vec();
        for packet in packets {
            file.extend_from_slice(packet.as_bytes());
            file.extend_from_slice(b"\x00\xff<!-- endstream");
        }
        file
    }

    fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Option<String>, Option<String>) {
        let mut reader = PdfReader::default();
        for piece in pieces {
            if !reader.read(piece) {
                break;
            }
        }
        let facts = reader.finish();
        (facts.document_title().map(str::to_owned), facts.meta_value("description").map(str::to_owned))
    }

    #[test]
    fn the_first_packet_with_a_title_counts() {
        let expected = (Some("A report &amp; more".to_owned()), Some("What it says".to_owned()));
        let other = packet(&other_title());
        let long = packet(&format!("{}{}", other_title(), "x".repeat(MAX_PACKET_BYTES)));
        let shortest = packet(TITLE);
        let bytes = shortest.find("</x:xmpmeta>").expect("an end")
            - shortest.find("<x:xmpmeta").expect("a beginning");
        let longest = packet(&format!("{TITLE}{}", " ".repeat(MAX_PACKET_BYTES - bytes)));
        for packets in [
            vec![packet(TITLE)],
            vec![packet("<dc:description>A picture</dc:description>"), packet(TITLE), other],
            vec![long, packet(TITLE)],
            vec![longest],
        ] {
            let file = file(&packets);
            for piece in [1, 100, file.len()] {
                assert_eq!(read(file.chunks(piece)), expected, "in pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_file_without_a_title_in_the_clear_has_none() {
        for packets in [vec![], vec![packet("")], vec![packet(TITLE).replace("</x:xmpmeta>", "")]] {
            assert_eq!(read([file(&packets).as_slice()]), (None, None), "{packets:?}");
        }
    }

    #[test]
    fn no_more_is_held_than_a_packet() {
        let mut reader = PdfReader::default();
        let begins = [PACKET[0], &[b' '; 1000]].concat();
        for _ in 0..1000 {
            assert!(reader.read(&begins));
            assert!(reader.held.len() <= 2 * MAX_PACKET_BYTES + begins.len(), "{}", reader.held.len());
        }
    }

    #[test]
    fn no_byte_is_searched_again_and_again() {
        let begins = PACKET[0].repeat(100_000);
        let far = [&begins[..500_000], &[b' '; MAX_PACKET_BYTES], PACKET[1]].concat();
        let open = [PACKET[0], &[b' '; MAX_PACKET_BYTES - 100]].concat();
        for (file, piece) in [(&begins, 8192), (&far, far.len()), (&open, 1)] {
            let begun = Instant::now();
            assert_eq!(read(file.chunks(piece)), (None, None));
            // It takes a tenth of that; with a search from each of them, or again for each piece, many times that.
            assert!(begun.elapsed() < Duration::from_secs(3), "in pieces of {piece}: {:?}", begun.elapsed());
        }
    }

    proptest! {
        #[test]
        fn what_is_found_does_not_depend_on_the_pieces(
            parts in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec![
                        "<x:xmpmeta", "</x:xmpmeta>", "<dc:title>", "</dc:title>", "<rdf:li>", "</rdf:li>", ">", "<", "a", "é",
                    ])
                    .prop_map(|part| part.as_bytes().to_vec()),
                    prop::collection::vec(any::<u8>(), 0..4),
                ],
                0..24,
            ),
            piece in 1usize..20,
        ) {
            let file = parts.concat();
            prop_assert_eq!(read(file.chunks(piece)), read([file.as_slice()]));
        }
    }
}

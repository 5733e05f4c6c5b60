//! hyper 1: a task per connection on one thread, every answer read to its end and timed into one histogram.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hdrhistogram::Histogram;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use super::{Client, Plain, histogram, plain, read_plain, tell, told};
use crate::Result;

pub(super) const NAME: &str = "hyper";

pub(crate) const CLIENT: Client =
    Client { name: "hyper", program: "", how: "", arguments: |ask| plain(NAME, ask), read: told };

pub(super) fn play(arguments: &[String]) -> Result {
    let asked = read_plain(arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let times = Rc::new(RefCell::new(histogram()?));
    LocalSet::new().block_on(&runtime, async {
        let connect = |_| tokio::task::spawn_local(connection(asked.clone(), Rc::clone(&times)));
        let tasks: Vec<_> = (0..asked.connections).map(connect).collect();
        for task in tasks {
            task.await??;
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    tell(&times.borrow());
    Ok(())
}

async fn connection(asked: Plain, times: Rc<RefCell<Histogram<u64>>>) -> std::result::Result<(), String> {
    let fault = |error: &dyn std::fmt::Display| error.to_string();
    let stream = TcpStream::connect(&asked.authority).await.map_err(|error| fault(&error))?;
    stream.set_nodelay(true).map_err(|error| fault(&error))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| fault(&error))?;
    tokio::task::spawn_local(connection);
    let end = Instant::now() + Duration::from_secs(asked.seconds);
    while Instant::now() < end {
        let request = Request::get("/").header("host", &asked.authority).body(Empty::<Bytes>::new());
        let sent = Instant::now();
        let answer = sender.send_request(request.map_err(|error| fault(&error))?).await;
        let body = answer.map_err(|error| fault(&error))?.into_body();
        body.collect().await.map_err(|error| fault(&error))?;
        times.borrow_mut().saturating_record(sent.elapsed().as_nanos() as u64);
        sender.ready().await.map_err(|error| fault(&error))?;
    }
    Ok(())
}

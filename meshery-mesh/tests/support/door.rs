//! A door to the API server that looks at every request, and may have its own way with it.
#![allow(unreachable_pub, dead_code, reason = "shared by several test programs")]

use std::sync::{Arc, Mutex};
use std::time::Instant;

use async_trait::async_trait;
use meshery_core::Result;
use meshery_mesh::cluster::{Answer, Cluster, Request, Transport};
use tokio::sync::Notify;

/// What is done about a request.
pub enum Fate {
    /// It goes on as it is.
    Pass,
    /// This is the answer.
    Answer(Result<Answer>),
    /// It is done, and its answer comes only when somebody lets it.
    Hold(Arc<Notify>),
    /// It is done, and nobody hears of it.
    Lose(meshery_core::Error),
    /// Nothing happens any more.
    Hang,
}

type Judge = Box<dyn Fn(usize, &Request) -> Fate + Send + Sync>;

pub struct Door {
    inner: Arc<dyn Transport>,
    judge: Mutex<Judge>,
    log: Mutex<Vec<(Instant, String)>>,
}

impl Door {
    pub fn before(cluster: &Cluster) -> Arc<Self> {
        let inner = Arc::clone(cluster.transport());
        Arc::new(Self { inner, judge: Mutex::new(Box::new(|_, _| Fate::Pass)), log: Mutex::default() })
    }

    /// From now on requests, counted from 1, are judged so.
    pub fn judge(&self, judge: impl Fn(usize, &Request) -> Fate + Send + Sync + 'static) {
        *self.judge.lock().unwrap() = Box::new(judge);
        self.log.lock().unwrap().clear();
    }

    /// What has been asked for, with the time.
    pub fn log(&self) -> Vec<(Instant, String)> {
        self.log.lock().unwrap().clone()
    }
}

#[async_trait]
impl Transport for Door {
    async fn send(&self, request: Request) -> Result<Answer> {
        let number = {
            let mut log = self.log.lock().unwrap();
            log.push((Instant::now(), format!("{} {}", request.method.name(), request.target)));
            log.len()
        };
        let fate = (self.judge.lock().unwrap())(number, &request);
        match fate {
            Fate::Pass => self.inner.send(request).await,
            Fate::Answer(answer) => answer,
            Fate::Hold(held) => {
                let answer = self.inner.send(request).await;
                held.notified().await;
                answer
            }
            Fate::Lose(error) => {
                let _ = self.inner.send(request).await?.body().await;
                Err(error)
            }
            Fate::Hang => std::future::pending().await,
        }
    }
}

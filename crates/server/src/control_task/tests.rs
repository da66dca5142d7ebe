use switchyard_bus::lane::lane;
use switchyard_bus::wake::Flag;
use switchyard_control::act::{Act, Acted};
use switchyard_control::config::ControlConfig;
use switchyard_control::grants::Pass;
use switchyard_control::intent::{Intent, Join, Request, RequestId, Resumption};
use switchyard_control::notice::{EndReason, Notice};
use switchyard_control::refusal::Refusal;
use switchyard_control::revocations::Revoked;
use switchyard_gateway::port::Seat;
use switchyard_vocab::counters::ControlTotals;
use switchyard_vocab::ids::{Identity, PeerId, RoomName, Tenant};
use switchyard_vocab::line::IceCredentials;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the lane holds: enough for the test to be quick.
const LANE: usize = 512;
const REQUESTS: usize = 4;

/// What is around a control task: one worker, which the test plays itself.
struct Around {
    worker: Receiver<Command>,
    requests: mpsc::Sender<Request>,
    queries: mpsc::Sender<Asked>,
    acts: mpsc::Sender<Acting>,
    sessions: Arc<Sessions>,
    stop: watch::Sender<bool>,
}

/// A control task with `waiting` commands for which the worker's lane has no room, and what is around it.
fn assemble(waiting: usize) -> (ControlTask, Around) {
    let (commands, worker) = lane(LANE, Arc::new(Flag::default()));
    let (_, events) = lane(1, Arc::new(Flag::default()));
    let mut lanes = WorkerLanes::new(commands, events, snapshot::place().1);
    (0..LANE + waiting).for_each(|number| lanes.send(numbered(number)));
    let (requests, requested) = mpsc::channel(REQUESTS);
    let (queries, asked) = mpsc::channel(1);
    let (acts, acted) = mpsc::channel(1);
    let (stop, stopped) = watch::channel(false);
    let sessions = Arc::new(Sessions::new(16, false));
    let issue = |_: &mut _, _| IceCredentials { ufrag: String::new(), pwd: String::new() };
    let task = ControlTask {
        control: Control::new(ControlConfig::default(), [7; 32], issue),
        from_gateway: FromGateway { requests: requested, queries: asked, acts: acted },
        sessions: sessions.clone(),
        workers: vec![lanes],
        nudge: Arc::default(),
        held_back: HeldBack::default(),
        journal: Journal::default(),
        stop: stopped,
    };
    (task, Around { worker, requests, queries, acts, sessions, stop })
}

/// The same, running.
struct Running {
    around: Around,
    task: JoinHandle<()>,
}

/// Starts it with `waiting` commands for which the worker's lane has no room.
fn start(waiting: usize) -> Running {
    let (task, around) = assemble(waiting);
    Running { around, task: tokio::spawn(task.run()) }
}

impl std::ops::Deref for Running {
    type Target = Around;

    fn deref(&self) -> &Around {
        &self.around
    }
}

impl std::ops::DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Around {
        &mut self.around
    }
}

fn numbered(number: usize) -> Command {
    Command::ClosePeer { peer: PeerId(number as u64) }
}

fn join() -> Join {
    Join {
        room: RoomName::new("kitchen"),
        identity: Identity::new("ada"),
        display_name: None,
        metadata: None,
        auto_subscribe: true,
        pass: Pass::default(),
    }
}

impl Around {
    async fn ask_to_join(&self, seat: &Seat) {
        self.ask(Request { session: seat.id, id: None, intent: Intent::Join(join()) }).await;
    }

    async fn ask(&self, request: Request) {
        timeout(PATIENCE, self.requests.send(request)).await.expect("in time").expect("control runs");
    }

    /// What control tells of itself, as soon as it is as it should be.
    async fn totals_with(&self, holds: impl Fn(&ControlTotals) -> bool) -> ControlTotals {
        let looking = async {
            loop {
                let (reply, answer) = tokio::sync::oneshot::channel();
                let asked = Asked { query: Query::Totals, answer: reply };
                self.queries.send(asked).await.expect("control runs");
                let answer = answer.await.expect("an answer");
                let totals = answer.totals().expect("totals were asked for");
                if holds(&totals) {
                    return totals;
                }
            }
        };
        timeout(PATIENCE, looking).await.expect("it comes to be")
    }

    /// Takes commands as a worker does, until as many have come.
    async fn work(&mut self, commands: usize) -> Vec<Command> {
        let taking = async {
            let mut taken = Vec::new();
            while taken.len() < commands {
                match self.worker.recv() {
                    Some(command) => taken.push(command),
                    None => sleep(RETRY).await,
                }
            }
            taken
        };
        timeout(PATIENCE, taking).await.expect("the commands come")
    }
}

async fn told(seat: &mut Seat) -> Notice {
    timeout(PATIENCE, seat.notices.recv()).await.expect("an answer comes").expect("the session lasts").notice
}

#[tokio::test]
async fn while_a_worker_is_behind_nobody_new_is_let_in_and_no_command_is_lost() {
    let mut running = start(OVERLOADED_AT);
    let mut seat = running.sessions.open();

    running.ask_to_join(&seat).await;
    let refused = told(&mut seat).await;
    let commands = running.work(LANE + OVERLOADED_AT).await;
    running.ask_to_join(&seat).await;
    let joined = told(&mut seat).await;

    assert_eq!(refused, Notice::Refused(Refusal::Overloaded));
    assert_eq!(commands, (0..LANE + OVERLOADED_AT).map(numbered).collect::<Vec<_>>());
    assert!(matches!(joined, Notice::Joined { .. }), "{joined:?}");
}

#[tokio::test]
async fn requests_wait_while_a_worker_is_stuck() {
    let mut running = start(MOST_WAITING);
    let mut seat = running.sessions.open();

    running.ask_to_join(&seat).await;
    running.totals_with(|totals| totals.held_requests == 1).await;
    assert!(seat.notices.try_recv().is_err(), "nobody has carried out the request");
    running.work(LANE + MOST_WAITING).await;

    let joined = told(&mut seat).await;
    assert!(matches!(joined, Notice::Joined { .. } | Notice::Refused(Refusal::Overloaded)), "{joined:?}");
}

#[tokio::test]
async fn a_session_ends_at_once_while_a_worker_is_stuck_and_what_it_asked_for_is_forgotten() {
    let running = start(MOST_WAITING);
    let mut seat = running.sessions.open();

    for _ in 0..2 * REQUESTS {
        running.ask_to_join(&seat).await;
    }
    let leave = Request { session: seat.id, id: Some(RequestId(1)), intent: Intent::Leave };
    running.ask(leave).await;

    assert_eq!(told(&mut seat).await, Notice::Ended(EndReason::Left));
    let totals = running.totals_with(|_| true).await;
    assert_eq!((totals.held_requests, totals.sessions), (0, 0));
}

#[tokio::test]
async fn what_is_asked_beyond_the_bound_while_a_worker_is_stuck_is_refused() {
    let running = start(MOST_WAITING);
    let seats: Vec<_> = (0..MAX_HELD_BACK).map(|_| running.sessions.open()).collect();
    let mut last = running.sessions.open();

    for seat in seats.iter().chain([&last]) {
        running.ask_to_join(seat).await;
    }

    assert_eq!(told(&mut last).await, Notice::Refused(Refusal::Overloaded));
    let totals = running.totals_with(|_| true).await;
    assert_eq!((totals.held_requests, totals.requests_refused), (MAX_HELD_BACK as u64, 1));
}

#[tokio::test]
async fn whoever_comes_back_while_a_worker_is_stuck_is_waited_for() {
    let (mut task, running) = assemble(0);
    let seat = running.sessions.open();
    let of_it = |intent| Request { session: seat.id, id: None, intent };
    task.take(of_it(Intent::Join(join())));
    task.take(of_it(Intent::Disconnect { lost: Resumption(0) }));
    (0..MOST_WAITING).for_each(|number| task.workers[0].waiting.push_back(numbered(number)));

    task.take(of_it(Intent::Resume { by: Resumption(1), heard: None }));
    task.control.handle_timeout(Instant::now() + Duration::from_secs(3_600));
    let while_stuck = task.look_up(Query::Totals).totals().expect("totals were asked for");
    task.workers[0].waiting.clear();
    task.take_what_waits();
    let after = task.look_up(Query::Totals).totals().expect("totals were asked for");

    assert_eq!((while_stuck.held_requests, while_stuck.sessions_lingering), (1, 1));
    assert_eq!((after.held_requests, after.sessions_lingering, after.sessions_resumed), (0, 0, 1));
}

#[tokio::test]
async fn shutdown_comes_after_everything_that_waited() {
    let mut running = start(MOST_WAITING);

    running.stop.send_replace(true);
    let commands = running.work(LANE + MOST_WAITING + 1).await;

    assert_eq!(commands.last(), Some(&Command::Shutdown));
    timeout(PATIENCE, running.task).await.expect("the task ends").expect("in peace");
}

#[tokio::test]
async fn nothing_is_kept_for_a_worker_that_is_gone() {
    let Running { around: Around { worker, stop, .. }, task } = start(MOST_WAITING);

    drop(worker);
    stop.send_replace(true);

    timeout(MAX_FAREWELL / 2, task).await.expect("nobody is waited for").expect("in peace");
}

#[tokio::test]
async fn what_waits_for_a_worker_is_told_also_while_requests_wait() {
    let running = start(MOST_WAITING);
    let (reply, answer) = tokio::sync::oneshot::channel();

    running.queries.send(Asked { query: Query::Totals, answer: reply }).await.expect("control runs");

    let answer = timeout(PATIENCE, answer).await.expect("in time").expect("an answer");
    let totals = answer.totals().expect("totals were asked for");
    assert_eq!((totals.waiting_commands, totals.overloaded), (MOST_WAITING as u64, true));
}

#[tokio::test]
async fn an_act_of_the_operator_is_carried_out_and_its_outcome_told() {
    let running = start(0);
    let mut seat = running.sessions.open();
    running.ask_to_join(&seat).await;
    told(&mut seat).await;
    let (outcome, acted) = tokio::sync::oneshot::channel();
    let revoked = Revoked::Identity(Identity::new("ada"));
    let act = Act::Revoke { tenant: Tenant::new(""), revoked, lasts: Duration::from_secs(60) };

    running.acts.send(Acting { act, outcome }).await.expect("control runs");

    let acted = timeout(PATIENCE, acted).await.expect("in time").expect("an outcome");
    assert_eq!(acted, Ok(Acted { ended: 1, changed: true, message: None }));
    assert_eq!(told(&mut seat).await, Notice::Ended(EndReason::TokenRevoked));
}

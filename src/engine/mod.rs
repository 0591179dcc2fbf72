//! The engine: a thread with an inbox. Commands go in, events come out; it knows no window.

mod message;

pub use message::{
    Command, Event, Export, Frame, Picture, Processor, Scene, Ticket,
};

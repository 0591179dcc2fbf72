//! A reader of the pickles inside PyTorch checkpoints that executes nothing.
//!
//! It walks a whitelist of opcodes and builds plain values. The only "calls" that it knows are
//! `OrderedDict()` and `_rebuild_tensor[_v2](..)`, and of those it only records the arguments. Any
//! other global, call or opcode ends the reading with a reason.

use std::collections::HashMap;

const OPCODES_MAX: usize = 1_000_000;
/// Containers inside containers. A checkpoint has four; deeper ones would be walked recursively.
const DEPTH_MAX: usize = 16;
/// Memory that one pickle's values may take, in bytes: a checkpoint of the paper takes 50 KB.
const MEMORY_MAX: usize = 32 << 20;

/// A value built from a pickle.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// An integer that does not fit into 64 bits: its little-endian bytes.
    Long(Vec<u8>),
    Text(String),
    Tuple(Vec<Value>),
    List(Vec<Value>),
    /// Keys and values in order; an `OrderedDict` is read as one too.
    Dict(Vec<(Value, Value)>),
    Global(Global),
    /// The persistent id of a storage.
    Storage(Box<Storage>),
    Tensor(Box<TensorRef>),
    Mark,
}

impl Value {
    /// Bytes that a copy of this value takes.
    fn memory(&self) -> usize {
        let inside = match self {
            Self::Text(text) => text.len(),
            Self::Long(bytes) => bytes.len(),
            Self::Tuple(items) | Self::List(items) => items.iter().map(Self::memory).sum(),
            Self::Dict(items) => {
                items.iter().map(|(key, value)| key.memory() + value.memory()).sum()
            }
            Self::Storage(storage) => storage.key.len(),
            Self::Tensor(tensor) => tensor.storage.key.len() + 16 * tensor.shape.len(),
            _ => 0,
        };
        size_of::<Self>() + inside
    }

    /// Containers inside each other, this one counted.
    fn depth(&self) -> usize {
        match self {
            Self::Tuple(items) | Self::List(items) => {
                1 + items.iter().map(Self::depth).max().unwrap_or(0)
            }
            Self::Dict(items) => {
                let depth = |(key, value): &(Self, Self)| key.depth().max(value.depth());
                1 + items.iter().map(depth).max().unwrap_or(0)
            }
            _ => 0,
        }
    }
}

/// The globals that a checkpoint may name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Global {
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    FloatStorage,
    LongStorage,
}

/// Where the numbers of a tensor are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Storage {
    pub is_float: bool,
    pub key: String,
    pub len: usize,
}

/// A tensor as the arguments of its rebuilding say.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TensorRef {
    pub storage: Storage,
    pub offset: usize,
    pub shape: Vec<usize>,
    pub stride: Vec<usize>,
}

/// Reads one pickle from the front of `bytes`; returns its value and how many bytes it took.
pub(super) fn load(bytes: &[u8]) -> Result<(Value, usize), String> {
    let mut machine =
        Machine { bytes, at: 0, stack: Vec::new(), memo: HashMap::new(), memory: MEMORY_MAX };
    for _ in 0..OPCODES_MAX {
        if let Some(value) = machine.step()? {
            return Ok((value, machine.at));
        }
    }
    Err("its pickle has too many steps".to_owned())
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Value>,
    memo: HashMap<usize, Value>,
    /// What is left of [`MEMORY_MAX`].
    memory: usize,
}

impl Machine<'_> {
    /// Runs one opcode; the finished value at STOP.
    fn step(&mut self) -> Result<Option<Value>, String> {
        let opcode = self.take(1)?[0];
        match opcode {
            // PROTO
            0x80 => {
                let protocol = self.take(1)?[0];
                if protocol > 5 {
                    return Err(format!("its pickle has protocol {protocol}"));
                }
            }
            // FRAME: only a length
            0x95 => drop(self.take(8)?),
            b'.' => return self.pop().map(Some),
            b'(' => self.push(Value::Mark)?,
            b'N' => self.push(Value::None)?,
            0x88 => self.push(Value::Bool(true))?,
            0x89 => self.push(Value::Bool(false))?,
            b'K' => {
                let byte = self.take(1)?[0];
                self.push(Value::Int(i64::from(byte)))?;
            }
            b'M' => {
                let value = self.number(2)?;
                self.push(Value::Int(value))?;
            }
            b'J' => {
                let bytes = self.array::<4>()?;
                self.push(Value::Int(i64::from(i32::from_le_bytes(bytes))))?;
            }
            // LONG1
            0x8a => {
                let len = usize::from(self.take(1)?[0]);
                let value = long(self.take(len)?);
                self.push(value)?;
            }
            // BINUNICODE, SHORT_BINUNICODE
            b'X' => self.text(4)?,
            0x8c => self.text(1)?,
            b'c' => self.global()?,
            // STACK_GLOBAL
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                match (module, name) {
                    (Value::Text(module), Value::Text(name)) => {
                        let global = known_global(&module, &name)?;
                        self.push(Value::Global(global))?;
                    }
                    _ => return Err("its pickle names a global in a strange way".to_owned()),
                }
            }
            b'q' => {
                let slot = self.number(1)?;
                self.remember(slot)?;
            }
            b'r' => {
                let slot = self.number(4)?;
                self.remember(slot)?;
            }
            // MEMOIZE
            0x94 => {
                let slot = self.memo.len() as i64;
                self.remember(slot)?;
            }
            b'h' => {
                let slot = self.number(1)?;
                self.recall(slot)?;
            }
            b'j' => {
                let slot = self.number(4)?;
                self.recall(slot)?;
            }
            b')' => self.push(Value::Tuple(Vec::new()))?,
            b't' => {
                let items = self.pop_to_mark()?;
                self.push(Value::Tuple(items))?;
            }
            0x85..=0x87 => {
                let len = usize::from(opcode - 0x84);
                let from = self.stack.len().checked_sub(len).ok_or_else(short)?;
                let items = self.stack.split_off(from);
                self.push(Value::Tuple(items))?;
            }
            b']' => self.push(Value::List(Vec::new()))?,
            b'}' => self.push(Value::Dict(Vec::new()))?,
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' => {
                let items = self.pop_to_mark()?;
                self.append(items)?;
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(vec![key, value])?;
            }
            b'u' => {
                let items = self.pop_to_mark()?;
                self.set(items)?;
            }
            // BINPERSID
            b'Q' => {
                let id = self.pop()?;
                self.push(storage(id)?)?;
            }
            b'R' => {
                let (arguments, callee) = (self.pop()?, self.pop()?);
                self.push(call(&callee, arguments)?)?;
            }
            // BUILD sets attributes of an object; state dicts carry `_metadata` this way. Dropped.
            b'b' => drop(self.pop()?),
            other => {
                return Err(format!(
                    "its pickle uses the opcode 0x{other:02x}, which is not allowed"
                ));
            }
        }
        Ok(None)
    }

    fn take(&mut self, len: usize) -> Result<&[u8], String> {
        let end = self.at.checked_add(len).ok_or_else(short)?;
        let bytes = self.bytes.get(self.at..end).ok_or_else(short)?;
        self.at = end;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N)?.try_into().map_err(|_| short())
    }

    /// An unsigned little-endian number of `len` ≤ 4 bytes.
    fn number(&mut self, len: usize) -> Result<i64, String> {
        Ok(self.take(len)?.iter().rev().fold(0, |value, byte| value << 8 | i64::from(*byte)))
    }

    fn text(&mut self, length_bytes: usize) -> Result<(), String> {
        let len = self.number(length_bytes)? as usize;
        let text = std::str::from_utf8(self.take(len)?)
            .map_err(|_| "its pickle holds text that is not UTF-8".to_owned())?
            .to_owned();
        self.push(Value::Text(text))
    }

    fn global(&mut self) -> Result<(), String> {
        let (module, name) = (self.line()?, self.line()?);
        let global = known_global(&module, &name)?;
        self.push(Value::Global(global))
    }

    fn line(&mut self) -> Result<String, String> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let len = rest.iter().take(256).position(|byte| *byte == b'\n').ok_or_else(short)?;
        let line = String::from_utf8_lossy(&rest[..len]).into_owned();
        self.at += len + 1;
        Ok(line)
    }

    fn push(&mut self, value: Value) -> Result<(), String> {
        if value.depth() > DEPTH_MAX {
            return Err("its pickle nests values too deeply".to_owned());
        }
        self.charge(value.memory())?;
        self.stack.push(value);
        Ok(())
    }

    /// Takes memory from the budget, and never gives it back: what is dropped was little.
    fn charge(&mut self, bytes: usize) -> Result<(), String> {
        self.memory = self
            .memory
            .checked_sub(bytes)
            .ok_or_else(|| "its pickle holds more than weights need".to_owned())?;
        Ok(())
    }

    fn pop(&mut self) -> Result<Value, String> {
        self.stack.pop().ok_or_else(short)
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Value>, String> {
        let mark = self.stack.iter().rposition(|value| *value == Value::Mark).ok_or_else(short)?;
        let items = self.stack.split_off(mark + 1);
        self.stack.pop();
        Ok(items)
    }

    fn remember(&mut self, slot: i64) -> Result<(), String> {
        // Containers are filled after they are remembered; nothing in a checkpoint refers back to
        // one, so what is kept of them is empty rather than a second copy.
        let value = match self.stack.last().ok_or_else(short)? {
            Value::Dict(_) => Value::Dict(Vec::new()),
            Value::List(_) => Value::List(Vec::new()),
            other => other.clone(),
        };
        self.charge(value.memory())?;
        self.memo.insert(slot as usize, value);
        Ok(())
    }

    fn recall(&mut self, slot: i64) -> Result<(), String> {
        let value = self
            .memo
            .get(&(slot as usize))
            .cloned()
            .ok_or_else(|| "its pickle refers to a value that it never kept".to_owned())?;
        self.push(value)
    }

    fn append(&mut self, items: Vec<Value>) -> Result<(), String> {
        match self.stack.last_mut() {
            Some(Value::List(list)) if items.iter().all(|item| item.depth() < DEPTH_MAX) => {
                list.extend(items);
                Ok(())
            }
            _ => Err("its pickle appends to what is no list".to_owned()),
        }
    }

    fn set(&mut self, items: Vec<Value>) -> Result<(), String> {
        let Some(Value::Dict(dict)) = self.stack.last_mut() else {
            return Err("its pickle sets keys of what is no dictionary".to_owned());
        };
        if items.iter().any(|item| item.depth() >= DEPTH_MAX) {
            return Err("its pickle nests values too deeply".to_owned());
        }
        let mut items = items.into_iter();
        while let Some(key) = items.next() {
            dict.push((key, items.next().ok_or_else(short)?));
        }
        Ok(())
    }
}

fn short() -> String {
    "its pickle is truncated".to_owned()
}

fn long(bytes: &[u8]) -> Value {
    if bytes.len() > 8 {
        return Value::Long(bytes.to_vec());
    }
    let fill = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut all = [fill; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    Value::Int(i64::from_le_bytes(all))
}

fn known_global(module: &str, name: &str) -> Result<Global, String> {
    match (module, name) {
        ("collections", "OrderedDict") => Ok(Global::OrderedDict),
        ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Ok(Global::RebuildTensor),
        ("torch._utils", "_rebuild_parameter") => Ok(Global::RebuildParameter),
        ("torch", "FloatStorage") => Ok(Global::FloatStorage),
        ("torch", "LongStorage") => Ok(Global::LongStorage),
        _ => Err(format!(
            "its pickle names “{}.{}”, which a checkpoint of weights has no use for",
            module.escape_debug(),
            name.escape_debug()
        )),
    }
}

fn storage(id: Value) -> Result<Value, String> {
    let strange = || "its pickle names a storage in a strange way".to_owned();
    let Value::Tuple(parts) = id else { return Err(strange()) };
    match parts.as_slice() {
        [
            Value::Text(word),
            Value::Global(kind),
            Value::Text(key),
            Value::Text(_),
            Value::Int(len),
            ..,
        ] if word == "storage" => {
            let is_float = match kind {
                Global::FloatStorage => true,
                Global::LongStorage => false,
                _ => return Err(strange()),
            };
            let len = usize::try_from(*len).map_err(|_| strange())?;
            Ok(Value::Storage(Box::new(Storage { is_float, key: key.clone(), len })))
        }
        _ => Err(strange()),
    }
}

/// What a call would make, without calling anything.
fn call(callee: &Value, arguments: Value) -> Result<Value, String> {
    let strange = || "its pickle rebuilds a value in a strange way".to_owned();
    let Value::Tuple(arguments) = arguments else { return Err(strange()) };
    match callee {
        Value::Global(Global::OrderedDict) => Ok(Value::Dict(Vec::new())),
        Value::Global(Global::RebuildParameter) => arguments.into_iter().next().ok_or_else(strange),
        Value::Global(Global::RebuildTensor) => {
            let mut arguments = arguments.into_iter();
            let storage = match arguments.next() {
                Some(Value::Storage(storage)) => *storage,
                _ => return Err(strange()),
            };
            let offset = match arguments.next() {
                Some(Value::Int(offset)) => usize::try_from(offset).map_err(|_| strange())?,
                _ => return Err(strange()),
            };
            let mut sizes = || match arguments.next() {
                Some(Value::Tuple(items)) => items
                    .iter()
                    .map(|item| match item {
                        Value::Int(size) => usize::try_from(*size).map_err(|_| strange()),
                        _ => Err(strange()),
                    })
                    .collect::<Result<Vec<_>, _>>(),
                _ => Err(strange()),
            };
            let (shape, stride) = (sizes()?, sizes()?);
            if shape.len() != stride.len() || shape.len() > 8 {
                return Err(strange());
            }
            Ok(Value::Tensor(Box::new(TensorRef { storage, offset, shape, stride })))
        }
        _ => Err(strange()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Result<Value, &str>) {
        let got = load(bytes).map(|(value, _)| value);
        match expected {
            Ok(value) => assert_eq!(got, Ok(value)),
            Err(part) => {
                let reason = got.expect_err("this must be refused");
                assert!(reason.contains(part), "{reason}");
            }
        }
    }

    #[test]
    fn reads_plain_values() {
        check(b"\x80\x02K\x07.", Ok(Value::Int(7)));
        check(b"\x80\x02J\xff\xff\xff\xff.", Ok(Value::Int(-1)));
        check(b"\x80\x02\x8a\x01\xfe.", Ok(Value::Int(-2)));
        check(
            b"\x80\x02X\x02\0\0\0hiK\x01\x86.",
            Ok(Value::Tuple(vec![Value::Text("hi".into()), Value::Int(1)])),
        );
        check(
            b"\x80\x02}(X\x01\0\0\0aNu.",
            Ok(Value::Dict(vec![(Value::Text("a".into()), Value::None)])),
        );
    }

    #[test]
    fn refuses_to_execute() {
        check(b"\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R.", Err("os.system"));
        check(b"cbuiltins\neval\n.", Err("builtins.eval"));
        check(b"\x80\x02i", Err("opcode 0x69"));
        check(b"\x80\x02}}R.", Err("strange way"));
    }

    #[test]
    fn bombs_are_refused_before_they_go_off() {
        let nested = [b"\x80\x02)".as_slice(), &[0x85; 900_000], b"."].concat();
        check(&nested, Err("too deeply"));
        let doubled = [b"\x80\x02K\x01q\0".as_slice(), &b"h\0h\0\x86q\0".repeat(40), b"."].concat();
        assert!(load(&doubled).is_err());
        let text = vec![b'x'; 1 << 20];
        let long = [b"\x80\x02X\0\0\x10\0".as_slice(), &text, b"q\0", &b"h\0".repeat(1000), b"."];
        check(&long.concat(), Err("more than weights need"));
        check(&[b"\x80\x02".as_slice(), &b"N0".repeat(10)].concat(), Err("opcode 0x30"));
    }

    #[test]
    fn survives_every_truncation_of_a_checkpoint_pickle() {
        let whole = b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01(X\x01\0\0\0aq\x02ctorch._utils\n_rebuild_tensor_v2\nq\x03((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x02tQK\x00K\x02\x85K\x01\x85\x89h\x00)RtRu.";
        assert!(load(whole).is_ok(), "{:?}", load(whole));
        for len in 0..whole.len() {
            assert!(load(&whole[..len]).is_err(), "a prefix of {len} bytes must be refused");
        }
    }
}

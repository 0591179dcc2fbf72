//! PyTorch checkpoints: the legacy stream of pickles and the zip archive of newer versions.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read as _};

use super::pickle::{self, TensorRef, Value};

/// Values of all tensors together: five hundred times those of the paper's networks.
const VALUES_MAX: usize = 16 << 20;
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// A tensor of 32-bit floats.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tensor {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

/// All float tensors of a checkpoint by name. Integer tensors (counters) are left out.
pub(super) fn tensors(bytes: &[u8]) -> Result<BTreeMap<String, Tensor>, String> {
    if bytes.starts_with(b"PK\x03\x04") { from_zip(bytes) } else { from_legacy(bytes) }
}

/// Five pickles (magic, protocol, system, state dict, storage keys), then the storages.
fn from_legacy(bytes: &[u8]) -> Result<BTreeMap<String, Tensor>, String> {
    let mut at = 0;
    let mut next = || -> Result<Value, String> {
        let (value, len) = pickle::load(&bytes[at..])?;
        at += len;
        Ok(value)
    };
    match next() {
        Ok(Value::Long(magic)) if magic == MAGIC => {}
        _ => return Err("it is no PyTorch checkpoint".to_owned()),
    }
    if next()? != Value::Int(1001) {
        return Err("its protocol version is not 1001".to_owned());
    }
    next()?;
    let refs = tensor_refs(next()?)?;
    let Value::List(keys) = next()? else {
        return Err("it has no list of storages".to_owned());
    };
    let widths: HashMap<&str, usize> = refs
        .iter()
        .map(|(_, tensor)| {
            (tensor.storage.key.as_str(), if tensor.storage.is_float { 4 } else { 8 })
        })
        .collect();
    let mut storages = HashMap::new();
    let truncated = || "it is truncated".to_owned();
    for key in keys {
        let Value::Text(key) = key else {
            return Err("a storage has no name".to_owned());
        };
        let width = *widths.get(key.as_str()).ok_or("it has a storage that no tensor uses")?;
        let (len, rest) = bytes[at..].split_first_chunk::<8>().ok_or_else(truncated)?;
        let size = usize::try_from(i64::from_le_bytes(*len))
            .ok()
            .and_then(|len| len.checked_mul(width))
            .ok_or("a storage has an absurd size")?;
        storages.insert(key, rest.get(..size).ok_or_else(truncated)?.to_vec());
        at += 8 + size;
    }
    gather(refs, |key| storages.remove(key).ok_or_else(truncated))
}

/// `NAME/data.pkl` holds the state dict, `NAME/data/KEY` the storages.
fn from_zip(bytes: &[u8]) -> Result<BTreeMap<String, Tensor>, String> {
    let broken = |error: zip::result::ZipError| format!("its archive is damaged ({error})");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let prefix = archive
        .file_names()
        .find_map(|name| name.ok()?.strip_suffix("data.pkl").map(str::to_owned))
        .ok_or("its archive holds no data.pkl")?;
    // PyTorch stores its entries uncompressed: together they are no larger than the archive, unless
    // somebody lets them overlap or compresses them.
    let mut left = bytes.len() as u64;
    let mut entry = |name: String| -> Result<Vec<u8>, String> {
        let file = archive.by_name(&name).map_err(broken)?;
        left = left.checked_sub(file.size()).ok_or("its archive unpacks to more than it holds")?;
        let size = file.size();
        let mut content = Vec::new();
        file.take(size).read_to_end(&mut content).map_err(|error| error.to_string())?;
        Ok(content)
    };
    if entry(format!("{prefix}byteorder")).is_ok_and(|order| order == b"big") {
        return Err("its numbers are big-endian".to_owned());
    }
    let (state, _) = pickle::load(&entry(format!("{prefix}data.pkl"))?)?;
    gather(tensor_refs(state)?, |key| entry(format!("{prefix}data/{key}")))
}

/// The tensors of a state dict, or of one under a common key of training scripts.
fn tensor_refs(state: Value) -> Result<Vec<(String, TensorRef)>, String> {
    let Value::Dict(mut items) = state else {
        return Err("it holds no dictionary of weights".to_owned());
    };
    let inner = |(key, value): &(Value, Value)| {
        let is_state = matches!(key, Value::Text(key) if ["state_dict", "model", "net"].contains(&key.as_str()));
        is_state && matches!(value, Value::Dict(_))
    };
    if let Some(index) = items.iter().position(inner)
        && let (_, Value::Dict(nested)) = items.swap_remove(index)
    {
        items = nested;
    }
    let named = |(key, value): (Value, Value)| match (key, value) {
        (Value::Text(key), Value::Tensor(tensor)) => Ok((key, *tensor)),
        _ => Err("its dictionary holds more than weights".to_owned()),
    };
    items.into_iter().map(named).collect()
}

fn gather(
    refs: Vec<(String, TensorRef)>,
    mut storage: impl FnMut(&str) -> Result<Vec<u8>, String>,
) -> Result<BTreeMap<String, Tensor>, String> {
    let mut cache: HashMap<String, Vec<u8>> = HashMap::new();
    let mut tensors = BTreeMap::new();
    let mut left = VALUES_MAX;
    for (name, tensor) in refs.into_iter().filter(|(_, tensor)| tensor.storage.is_float) {
        let key = tensor.storage.key.clone();
        if !cache.contains_key(&key) {
            let bytes = storage(&key)?;
            cache.insert(key.clone(), bytes);
        }
        let count = tensor.shape.iter().try_fold(1_usize, |n, size| n.checked_mul(*size));
        let count =
            count.filter(|count| *count <= left).ok_or("its weights have an absurd size")?;
        left -= count;
        let data =
            strided(&tensor, &cache[&key], count).map_err(|reason| format!("“{name}” {reason}"))?;
        tensors.insert(name, Tensor { shape: tensor.shape, data });
    }
    Ok(tensors)
}

/// The values of a tensor in row-major order, every index checked.
fn strided(tensor: &TensorRef, storage: &[u8], count: usize) -> Result<Vec<f32>, String> {
    let (values, _) = storage.as_chunks::<4>();
    if values.len() != tensor.storage.len {
        return Err(format!(
            "has {} stored values instead of {}",
            values.len(),
            tensor.storage.len
        ));
    }
    let mut index = vec![0_usize; tensor.shape.len()];
    let mut data = Vec::with_capacity(count);
    for _ in 0..count {
        let place = index
            .iter()
            .zip(&tensor.stride)
            .try_fold(tensor.offset, |sum, (i, stride)| sum.checked_add(i.checked_mul(*stride)?));
        let value =
            place.and_then(|place| values.get(place)).ok_or("reaches beyond its storage")?;
        data.push(f32::from_le_bytes(*value));
        for axis in (0..index.len()).rev() {
            index[axis] += 1;
            if index[axis] < tensor.shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::pickle::Storage;

    #[test]
    fn tensors_that_repeat_one_value_do_not_fill_the_memory() {
        let tensor = |i: usize| {
            let storage = Storage { is_float: true, key: "0".to_owned(), len: 1 };
            let (shape, stride) = (vec![VALUES_MAX / 2], vec![0]);
            (format!("{i}"), TensorRef { storage, offset: 0, shape, stride })
        };
        let storage = |_: &str| Ok(vec![0; 4]);
        assert!(gather(vec![tensor(0)], storage).is_ok());
        let refused = gather((0..3).map(tensor).collect(), storage);
        assert!(refused.is_err_and(|reason| reason.contains("absurd")));
    }

    #[test]
    fn indices_beyond_the_storage_are_refused() {
        let storage = Storage { is_float: true, key: "0".to_owned(), len: 2 };
        let tensor = TensorRef { storage, offset: 1, shape: vec![2], stride: vec![1] };
        assert!(strided(&tensor, &[0; 8], 2).is_err_and(|reason| reason.contains("beyond")));
    }
}

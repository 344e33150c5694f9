//! What a built module or kernel says of itself to whoever loads modules: version words, symbols, checksums.

use std::collections::BTreeMap;

use object::{Endian, Object, ObjectSection, ObjectSymbol};
use rkbuild_base::{BString, ByteSlice};

/// A symbol's checksum entry in `__versions` is as long as this, name included.
const VERSION_ENTRY: usize = 64;

/// What is read of a module or of a vmlinux.
#[derive(Debug, Default)]
pub struct Module {
    /// The machine it is for.
    pub machine: String,
    /// `vermagic`
    pub vermagic: Option<BString>,
    /// Its licence lets it use symbols that are for GPL modules alone.
    pub gpl: bool,
    /// The namespaces it imports.
    pub imports: Vec<BString>,
    /// Symbols it needs from others; true for those it can do without.
    pub undefined: BTreeMap<BString, bool>,
    /// The checksums it was built with, by symbol.
    pub versions: BTreeMap<BString, u32>,
    /// The symbols it exports, with their checksums where these can be read.
    pub exports: BTreeMap<BString, Option<u32>>,
}

/// Licences as the kernel tells them apart.
const GPL: [&[u8]; 6] =
    [b"GPL", b"GPL v2", b"GPL and additional rights", b"Dual BSD/GPL", b"Dual MIT/GPL", b"Dual MPL/GPL"];

impl Module {
    /// Reads an ELF file.
    pub fn read(data: &[u8]) -> Result<Module, object::Error> {
        let file = object::File::parse(data)?;
        let mut module = Module {
            machine: format!("{:?} {} bit", file.architecture(), if file.is_64() { 64 } else { 32 }),
            ..Module::default()
        };
        module.read_modinfo(&file)?;
        module.read_versions(&file)?;
        module.read_symbols(&file)?;
        Ok(module)
    }

    fn read_modinfo(&mut self, file: &object::File<'_>) -> Result<(), object::Error> {
        let Some(section) = file.section_by_name(".modinfo") else { return Ok(()) };
        for entry in section.data()?.split(|c| *c == 0) {
            match entry.split_once_str(b"=") {
                Some((b"vermagic", value)) => self.vermagic = Some(value.into()),
                Some((b"license", value)) => self.gpl |= GPL.contains(&value),
                Some((b"import_ns", value)) => self.imports.push(value.into()),
                _ => {}
            }
        }
        Ok(())
    }

    fn read_versions(&mut self, file: &object::File<'_>) -> Result<(), object::Error> {
        let endian = file.endianness();
        let number = |bytes: &[u8]| {
            // The checksum is a long; its value is the low half.
            let at = if file.is_64() && !file.is_little_endian() { 4 } else { 0 };
            let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
            Some(endian.read_u32(bytes))
        };
        if let Some(section) = file.section_by_name("__versions") {
            let width = if file.is_64() { 8 } else { 4 };
            for entry in section.data()?.chunks_exact(VERSION_ENTRY) {
                let name =
                    entry.get(width..).unwrap_or_default().split(|c| *c == 0).next().unwrap_or_default();
                if let (Some(crc), false) = (number(entry), name.is_empty()) {
                    self.versions.insert(name.into(), crc);
                }
            }
        }
        // Kernels that have long names put checksums and names into sections of their own.
        let (crcs, names) = ("__version_ext_crcs", "__version_ext_names");
        if let (Some(crcs), Some(names)) = (file.section_by_name(crcs), file.section_by_name(names)) {
            for (crc, name) in crcs.data()?.chunks_exact(4).zip(names.data()?.split(|c| *c == 0)) {
                if let (Ok(crc), false) = (<[u8; 4]>::try_from(crc), name.is_empty()) {
                    self.versions.insert(name.into(), endian.read_u32(crc));
                }
            }
        }
        Ok(())
    }

    fn read_symbols(&mut self, file: &object::File<'_>) -> Result<(), object::Error> {
        for symbol in file.symbols() {
            let name = symbol.name_bytes()?;
            if symbol.is_undefined() {
                if !name.is_empty() {
                    self.undefined.insert(name.into(), symbol.is_weak());
                }
            } else if let Some(exported) = name.strip_prefix(b"__ksymtab_") {
                self.exports.entry(exported.into()).or_default();
            } else if let Some(exported) = name.strip_prefix(b"__crc_") {
                let crc = checksum(file, &symbol)?;
                self.exports.insert(exported.into(), crc);
            } else if name == b"vermagic" && self.vermagic.is_none() {
                self.vermagic = text_at(file, &symbol)?;
            }
        }
        Ok(())
    }
}

/// The bytes of a symbol's section from it on.
fn from<'data>(
    file: &object::File<'data>,
    symbol: &object::Symbol<'data, '_>,
) -> Result<Option<&'data [u8]>, object::Error> {
    let Some(index) = symbol.section_index() else { return Ok(None) };
    let section = file.section_by_index(index)?;
    let at = symbol.address().checked_sub(section.address()).and_then(|at| usize::try_from(at).ok());
    Ok(at.and_then(|at| section.data().ok()?.get(at..)))
}

/// The checksum that `__crc_NAME` is or names.
fn checksum<'data>(
    file: &object::File<'data>,
    symbol: &object::Symbol<'data, '_>,
) -> Result<Option<u32>, object::Error> {
    if symbol.section_index().is_none() {
        return Ok(u32::try_from(symbol.address()).ok());
    }
    let bytes = from(file, symbol)?.and_then(|bytes| <[u8; 4]>::try_from(bytes.get(..4)?).ok());
    Ok(bytes.map(|bytes| file.endianness().read_u32(bytes)))
}

fn text_at<'data>(
    file: &object::File<'data>,
    symbol: &object::Symbol<'data, '_>,
) -> Result<Option<BString>, object::Error> {
    let text = from(file, symbol)?.and_then(|bytes| bytes.split(|c| *c == 0).next());
    Ok(text.map(BString::from))
}

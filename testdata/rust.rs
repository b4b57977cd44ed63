// Values of every kind of Rust's types, and the standard library's containers. The program
// stops in "stop", which every value in "values" outlives.
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::OsString;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

#[derive(Debug, Clone)]
enum Shape {
    Dot,
    Circle(f64),
    Rect { w: u32, h: u32 },
    Named(String, i8),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wide {
    Below = -3,
    Small = 1,
    Mid = 200,
    Top = 70000,
}

#[derive(Debug, Clone, Copy)]
#[repr(i8)]
enum Signed {
    Minus(u8),
    Zero(u16),
    Plus,
}

#[derive(Debug)]
enum Data<T> {
    One(T),
    Two(T, T),
}

#[derive(Debug)]
enum Single {
    Only(i32, bool),
}

#[derive(Debug)]
pub struct Pt(i32, i64);

#[derive(Debug)]
struct Unit;

#[derive(Debug)]
struct Gen<T, U> {
    first: T,
    second: U,
}

#[derive(Debug)]
struct Holder<'a> {
    name: &'a str,
    items: Vec<u16>,
    opt: Option<Box<i32>>,
    big: u128,
    c: char,
    nested: Gen<Pt, (u8, Wide)>,
}

impl<'a> Holder<'a> {
    #[inline(never)]
    fn total(&self, k: u16) -> u32 {
        let mut sum = 0u32;
        for item in &self.items {
            sum += (*item + k) as u32;
        }
        sum
    }
}

trait Speak {
    fn speak(&self) -> i32;
}

impl Speak for Pt {
    #[inline(never)]
    fn speak(&self) -> i32 {
        self.0 + self.1 as i32
    }
}

union Both {
    int: u32,
    float: f32,
}

static COUNT: i32 = 41;
static mut CHANGING: (i16, bool) = (-7, true);

mod inner {
    pub static DEEP: u8 = 9;
    #[derive(Debug, Clone, Copy)]
    pub struct Point {
        pub x: i32,
        pub y: i32,
    }
    #[inline(never)]
    pub fn sum(p: Point, name: &str) -> i32 {
        let length = name.len() as i32;
        p.x + p.y + length
    }
}

static mut SEEN: i32 = 0;

#[inline(never)]
fn stop(n: i32) -> i32 {
    unsafe { std::ptr::write_volatile(std::ptr::addr_of_mut!(SEEN), n) }; // is not optimized away
    n
}

#[inline(never)]
fn scalars() -> i32 {
    let (int8, int16, int32, int64) = (-1i8, -2i16, -3i32, -4i64);
    let (uint8, uint16, uint32, uint64) = (200u8, 60000u16, 4000000000u32, u64::MAX);
    let int128 = i128::MIN;
    let uint128 = 1u128 << 100;
    let (size, isize_) = (7usize, -7isize);
    let (float32, float64) = (2.5f32, -0.1f64);
    let (yes, no) = (true, false);
    let (letter, accent, wide, newline) = ('x', 'é', '日', '\n');
    let unit = ();
    let pointer = &int32;
    let raw = &int32 as *const i32;
    let mut changed = 5i32;
    let function: fn(i32) -> i32 = stop;
    let double = &pointer;
    let exclusive = &mut changed;
    *exclusive += 1;
    let r = stop(int32) + **double + *exclusive;
    unsafe { r + *raw + function(1) + keep(&(int8, int16, int64, uint8, uint16, uint32, uint64)) + keep(&(int128, uint128, size, isize_, float32, float64, yes, no, letter, accent)) + keep(&(wide, newline, unit)) }
}

#[inline(never)]
fn keep<T>(_value: &T) -> i32 {
    0
}

#[inline(never)]
fn values(n: i32, shape: Shape, holder: &Holder) -> i32 {
    let (dot, circle) = (Shape::Dot, Shape::Circle(1.5));
    let named = Shape::Named("nm".to_string(), -3);
    let (none, some): (Option<u32>, _) = (None, Some(7u32));
    let (no_ref, a_ref): (Option<&i32>, _) = (None, Some(&n));
    let (no_box, a_box): (Option<Box<i32>>, _) = (None, Some(Box::new(12)));
    let (inside, outside): (Option<Shape>, Option<Shape>) = (Some(Shape::Dot), None);
    let twice: Option<Option<bool>> = Some(None);
    let flag = Some(true);
    let no_char: Option<char> = None;
    let ok: Result<i32, String> = Ok(3);
    let unit_err: Result<(), ()> = Err(());
    let one = Data::One(5u8);
    let two = Data::Two(1u8, 2);
    let only = Single::Only(4, true);
    let (minus, zero, plus) = (Signed::Minus(3), Signed::Zero(300), Signed::Plus);
    let mid = Wide::Mid;
    let wide_opt = Some(Wide::Top);
    let no_wide: Option<Wide> = None;
    let tup = (1u8, 'x', 2.5f32, true, "st");
    let nested = (1i32, (2i32, Pt(3, 4)));
    let pt = Pt(4, -5);
    let unit = Unit;
    let empty = ();
    let gen = Gen { first: 1u64, second: "two" };
    let both = Both { int: 0x3fc00000 };
    let nonzero = std::num::NonZeroU8::new(9u8);
    let arr = [1i16, -2, 3];
    let same = [0u8; 300];
    let none_at_all: [i32; 0] = [];
    let grid = [[1u8, 2], [3, 4]];
    let slice = &arr[1..];
    let no_slice: &[u64] = &[];
    let bytes = b"hi\n\0z";
    let text = "h\"é\n";
    let no_text = "";
    let points = [inner::Point { x: 1, y: 2 }, inner::Point { x: 3, y: 4 }];
    let boxed = Box::new(inner::Point { x: 5, y: 6 });
    let pair = &(1u8, 2u16);
    let closure = |x: i32| x + n;
    let dynamic: Box<dyn Speak> = Box::new(Pt(1, 2));
    let borrowed: &dyn Speak = &pt;
    let position = inner::Point { x: 1, y: 2 };
    let r = stop(closure(2)) + holder.total(1) as i32 + inner::sum(position, text) + dynamic.speak() + borrowed.speak();
    let r = r + keep(&(shape, dot, circle, named, none, some, no_ref, a_ref)) + keep(&(no_box, a_box, inside, outside, twice, flag, no_char, ok)) + keep(&(unit_err, one, two, only, minus, zero, plus, mid));
    let r = r + keep(&(wide_opt, no_wide, tup, nested, unit, empty, gen)) + keep(&(nonzero, same, none_at_all, grid, slice, no_slice, bytes, no_text, points, boxed, pair));
    unsafe { r + (both.int >> 24) as i32 + CHANGING.0 as i32 + keep(&COUNT) + keep(&inner::DEEP) }
}

#[inline(never)]
fn containers() -> i32 {
    let string = String::from("hé\"llo");
    let no_string = String::new();
    let vec = vec![1i32, -2, 3];
    let no_vec: Vec<u64> = Vec::new();
    let strings = vec![String::from("a"), String::from("b")];
    let pairs = vec![(1u8, Some(2u16)), (3, None)];
    let mut deque: VecDeque<i32> = VecDeque::with_capacity(4);
    for i in 100..104 {
        deque.push_back(i);
    }
    deque.pop_front();
    deque.pop_front();
    deque.push_back(104);
    let rc = Rc::new(5i32);
    let weak = Rc::downgrade(&rc);
    let again = rc.clone();
    let arc = Arc::new(String::from("arc"));
    let cell = Cell::new(6u8);
    let refcell = RefCell::new(vec![7u8]);
    let borrow = refcell.borrow();
    let boxed_str: Box<str> = "box".into();
    let boxed_slice: Box<[u16]> = vec![8, 9].into();
    let os_string = OsString::from("os");
    let path = PathBuf::from("/a/b");
    let mut map = HashMap::new();
    map.insert(10u32, "ten");
    let mut set = HashSet::new();
    set.insert(11i16);
    let no_map: HashMap<u8, u8> = HashMap::new();
    let mut tree = BTreeMap::new();
    let mut leaves = BTreeSet::new();
    for i in 0..20u16 {
        tree.insert(i, i as u32 * 2);
        leaves.insert(i as i8);
    }
    let no_tree: BTreeMap<u8, u8> = BTreeMap::new();
    let mutex = std::sync::Mutex::new(13u32);
    let r = stop(deque[0]) + vec[0] + borrow[0] as i32 + *again;
    drop(borrow);
    let r = r + keep(&(string, no_string, vec, no_vec, strings, pairs, deque, rc, weak, again, arc)) + keep(&(cell, refcell, boxed_str, boxed_slice, os_string, path));
    r + keep(&(map, set, no_map, tree, leaves, no_tree, mutex))
}

mod back {
    use super::{Pt, Wide};
    #[inline(never)]
    pub fn text(n: usize) -> &'static str {
        &"more"[n..]
    }
    #[inline(never)]
    pub fn maybe(n: u32) -> Option<u32> {
        Some(n)
    }
    #[inline(never)]
    pub fn pair(n: u8) -> (u8, u8) {
        (n, n + 1)
    }
    #[inline(never)]
    pub fn point(n: i32) -> Pt {
        Pt(n, -7)
    }
    #[inline(never)]
    pub fn string(n: u8) -> String {
        format!("s{}", n)
    }
    #[inline(never)]
    pub fn wide(n: u64) -> u128 {
        (n as u128) << 70 | 5
    }
    #[inline(never)]
    pub fn letter(n: u8) -> char {
        (n + 90) as char
    }
    #[inline(never)]
    pub fn kind(n: i32) -> Wide {
        if n > 1 { Wide::Top } else { Wide::Small }
    }
    #[inline(never)]
    pub fn vector(n: u16) -> Vec<u16> {
        vec![n, 2]
    }
}

fn returns() -> i32 {
    keep(&(back::text(1), back::maybe(2), back::pair(3), back::point(4), back::string(5), back::wide(6), back::letter(7), back::kind(8), back::vector(9)))
}

fn main() {
    let holder = Holder { name: "héllo", items: vec![1, 2, 3], opt: Some(Box::new(11)), big: 1u128 << 100, c: 'é', nested: Gen { first: Pt(1, 2), second: (3, Wide::Small) } };
    let mut sum = 0;
    for n in 0..3 {
        sum += values(n, Shape::Rect { w: 4, h: 5 }, &holder);
    }
    sum += scalars() + containers() + returns();
    println!("{} {}", sum, holder.name.len() + holder.opt.is_some() as usize + (holder.big as usize) + holder.c as usize);
}

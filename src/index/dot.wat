;; The inner products of one query with rows of 32-bit floats, four numbers an instruction. Four rows are read side by
;; side, each from its own quarter of the rows: so the query is loaded once for four, and memory is read in four streams
;; at once, which hides most of the wait for it. Addresses, gaps and lengths are in bytes unless they count rows.
(module
  (memory (export "memory") 1)

  ;; out[i + s · gap] = query · row (i + s · gap), for s from 0 to 3 and i below `count`. A row has `width` bytes, a
  ;; multiple of 32; the rows lie one after another from `a`, the scores from `out`. A gap of 0 scores `count` rows.
  (func (export "dots")
    (param $query i32) (param $a i32) (param $count i32) (param $gap i32) (param $width i32) (param $out i32)
    (local $at i32) (local $end i32) (local $stride i32) (local $outStride i32)
    (local $b i32) (local $c i32) (local $d i32)
    (local $q0 v128) (local $a0 v128) (local $b0 v128) (local $c0 v128) (local $d0 v128)
    (local $q1 v128) (local $a1 v128) (local $b1 v128) (local $c1 v128) (local $d1 v128)
    (local.set $end (i32.add (local.get $query) (local.get $width)))
    (local.set $stride (i32.mul (local.get $gap) (local.get $width)))
    (local.set $outStride (i32.mul (local.get $gap) (i32.const 4)))
    (local.set $b (i32.add (local.get $a) (local.get $stride)))
    (local.set $c (i32.add (local.get $b) (local.get $stride)))
    (local.set $d (i32.add (local.get $c) (local.get $stride)))
    (block $done
      (loop $rows
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $a0 (v128.const i32x4 0 0 0 0)) (local.set $a1 (v128.const i32x4 0 0 0 0))
        (local.set $b0 (v128.const i32x4 0 0 0 0)) (local.set $b1 (v128.const i32x4 0 0 0 0))
        (local.set $c0 (v128.const i32x4 0 0 0 0)) (local.set $c1 (v128.const i32x4 0 0 0 0))
        (local.set $d0 (v128.const i32x4 0 0 0 0)) (local.set $d1 (v128.const i32x4 0 0 0 0))
        (local.set $at (local.get $query))
        (loop $numbers
          (local.set $q0 (v128.load offset=0 (local.get $at)))
          (local.set $q1 (v128.load offset=16 (local.get $at)))
          (local.set $a0 (f32x4.add (local.get $a0) (f32x4.mul (local.get $q0) (v128.load offset=0 (local.get $a)))))
          (local.set $a1 (f32x4.add (local.get $a1) (f32x4.mul (local.get $q1) (v128.load offset=16 (local.get $a)))))
          (local.set $b0 (f32x4.add (local.get $b0) (f32x4.mul (local.get $q0) (v128.load offset=0 (local.get $b)))))
          (local.set $b1 (f32x4.add (local.get $b1) (f32x4.mul (local.get $q1) (v128.load offset=16 (local.get $b)))))
          (local.set $c0 (f32x4.add (local.get $c0) (f32x4.mul (local.get $q0) (v128.load offset=0 (local.get $c)))))
          (local.set $c1 (f32x4.add (local.get $c1) (f32x4.mul (local.get $q1) (v128.load offset=16 (local.get $c)))))
          (local.set $d0 (f32x4.add (local.get $d0) (f32x4.mul (local.get $q0) (v128.load offset=0 (local.get $d)))))
          (local.set $d1 (f32x4.add (local.get $d1) (f32x4.mul (local.get $q1) (v128.load offset=16 (local.get $d)))))
          (local.set $a (i32.add (local.get $a) (i32.const 32)))
          (local.set $b (i32.add (local.get $b) (i32.const 32)))
          (local.set $c (i32.add (local.get $c) (i32.const 32)))
          (local.set $d (i32.add (local.get $d) (i32.const 32)))
          (br_if $numbers (i32.lt_u
            (local.tee $at (i32.add (local.get $at) (i32.const 32)))
            (local.get $end))))
        (local.set $at (local.get $out))
        (f32.store (local.get $at) (call $sum (f32x4.add (local.get $a0) (local.get $a1))))
        (local.set $at (i32.add (local.get $at) (local.get $outStride)))
        (f32.store (local.get $at) (call $sum (f32x4.add (local.get $b0) (local.get $b1))))
        (local.set $at (i32.add (local.get $at) (local.get $outStride)))
        (f32.store (local.get $at) (call $sum (f32x4.add (local.get $c0) (local.get $c1))))
        (local.set $at (i32.add (local.get $at) (local.get $outStride)))
        (f32.store (local.get $at) (call $sum (f32x4.add (local.get $d0) (local.get $d1))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $rows))))

  ;; out[i] = row i · row i, for i below `count`; rows and scores lie as above.
  (func (export "squares") (param $a i32) (param $count i32) (param $width i32) (param $out i32)
    (local $end i32) (local $n0 v128) (local $n1 v128) (local $s0 v128) (local $s1 v128)
    (block $done
      (loop $rows
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $s0 (v128.const i32x4 0 0 0 0)) (local.set $s1 (v128.const i32x4 0 0 0 0))
        (local.set $end (i32.add (local.get $a) (local.get $width)))
        (loop $numbers
          (local.set $n0 (v128.load offset=0 (local.get $a)))
          (local.set $n1 (v128.load offset=16 (local.get $a)))
          (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul (local.get $n0) (local.get $n0))))
          (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul (local.get $n1) (local.get $n1))))
          (br_if $numbers (i32.lt_u
            (local.tee $a (i32.add (local.get $a) (i32.const 32)))
            (local.get $end))))
        (f32.store (local.get $out) (call $sum (f32x4.add (local.get $s0) (local.get $s1))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $rows))))

  (func $sum (param $v v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $v)) (f32x4.extract_lane 1 (local.get $v)))
      (f32.add (f32x4.extract_lane 2 (local.get $v)) (f32x4.extract_lane 3 (local.get $v))))))

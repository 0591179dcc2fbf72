//! Dispatches that are submitted together.

use std::sync::atomic::Ordering;

use super::Gpu;

/// Dispatches in the order in which they are to run. What they read of each other is there in time.
pub(super) struct Work<'a> {
    gpu: &'a Gpu,
    encoder: Option<wgpu::CommandEncoder>,
    /// Multiply-adds that wait to be submitted.
    operations: u64,
}

/// The window draws with the same queue: what is submitted at once must not take longer than a part of
/// a frame. A slow graphics card does 100 of these in a millisecond, counted in millions.
pub(super) const OPERATIONS_MAX: u64 = 300_000_000;

impl<'a> Work<'a> {
    pub fn new(gpu: &'a Gpu) -> Self {
        Self { gpu, encoder: None, operations: 0 }
    }

    pub fn gpu(&self) -> &'a Gpu {
        self.gpu
    }

    /// Adds a dispatch of so many multiply-adds; `bindings` go to group 0.
    pub fn dispatch(
        &mut self,
        pipeline: &wgpu::ComputePipeline,
        bindings: &[(u32, wgpu::BindingResource<'_>)],
        groups: [u32; 3],
        operations: u64,
    ) {
        if self.operations + operations > OPERATIONS_MAX {
            self.submit();
        }
        let encoder = self.encoder.get_or_insert_with(|| {
            self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
        });
        let entries: Vec<_> = bindings
            .iter()
            .map(|(binding, resource)| wgpu::BindGroupEntry {
                binding: *binding,
                resource: resource.clone(),
            })
            .collect();
        let group = self.gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(groups[0], groups[1], groups[2]);
        self.gpu.dispatches.fetch_add(1, Ordering::Relaxed);
        self.operations += operations;
    }

    /// Hands over what waits.
    pub fn submit(&mut self) {
        self.operations = 0;
        if let Some(encoder) = self.encoder.take() {
            self.gpu.queue.submit([encoder.finish()]);
        }
    }
}

impl Gpu {
    /// Dispatches and submits a single kernel.
    pub(super) fn run(
        &self,
        pipeline: &wgpu::ComputePipeline,
        bindings: &[(u32, wgpu::BindingResource<'_>)],
        groups: [u32; 3],
    ) {
        let mut work = Work::new(self);
        work.dispatch(pipeline, bindings, groups, 0);
        work.submit();
    }
}

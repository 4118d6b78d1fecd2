'use client';

import type { ReactNode } from 'react';
import { Controller, type UseFormReturn } from 'react-hook-form';
import { formatBitrate } from '../../lib/format/bytes.ts';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Label } from '../ui/label.tsx';
import { Select } from '../ui/select.tsx';
import { Switch } from '../ui/switch.tsx';
import { type FleetValues, UNLIMITED, worstCaseMbps } from './fleet-values.ts';

type Form = UseFormReturn<FleetValues>;
type TextName = Exclude<keyof FleetValues, 'loopbackPorts' | 'networkMode' | 'bandwidthMbps'>;

const NETWORKS = [
  {
    value: 'cluster',
    label: 'Cluster: own network behind the balancer',
    description:
      'The balancer shares out what arrives on its two ports. Most clients of Conduit come by WebRTC instead, over ports each station opens itself; the second address translation may mean fewer of these matches.',
  },
  {
    value: 'host',
    label: "Host: the server's own network",
    description:
      'As v1.x ran them: no balancer and no published ports; WebRTC matches are as good as the server allows.',
  },
];

/** How many stations run, which image, and how they meet the network. */
export function FleetCard({ form, hint }: { form: Form; hint?: ReactNode }) {
  return (
    <Card>
      <CardHeader title="Fleet" description="How many stations run, and which image." />
      <CardBody className="grid grid-cols-1 gap-5 sm:grid-cols-2">
        <TextField
          form={form}
          name="count"
          label="Stations"
          hint="Each needs about 130 to 250 MB of memory when it is busy."
        />
        <TextField
          form={form}
          name="maxClients"
          label="Users per station"
          hint="At most 1,000, the limit of one station. 150 to 350 for each CPU is what the makers advise."
        />
        <div className="sm:col-span-2">{hint}</div>
        <div className="sm:col-span-2">
          <TextField
            form={form}
            name="image"
            label="Image"
            hint="The station program as a container image; its command line is recognised by itself."
          />
        </div>
        <BandwidthField form={form} />
        <Controller
          control={form.control}
          name="networkMode"
          render={({ field }) => (
            <Field label="Network" hint={NETWORKS.find(({ value }) => value === field.value)?.description}>
              {(props) => (
                <Select {...props} value={field.value} onValueChange={field.onChange} options={NETWORKS} />
              )}
            </Field>
          )}
        />
      </CardBody>
    </Card>
  );
}

/** What one station may use of the server. */
export function LimitsCard({ form }: { form: Form }) {
  return (
    <Card>
      <CardHeader
        title="Limits of each station"
        description="CPU and memory change in place; nobody is disconnected."
      />
      <CardBody className="grid grid-cols-1 gap-5 sm:grid-cols-2">
        <TextField form={form} name="cpus" label="CPU limit" unit="CPUs" hint="Empty is no limit." />
        <TextField form={form} name="memoryMb" label="Memory limit" unit="MB" hint="Empty is no limit." />
        <TextField
          form={form}
          name="openFiles"
          label="Open files"
          hint="Where the server allows fewer, a station gets what there is, and the plan says so."
        />
        <PortFields form={form} />
      </CardBody>
    </Card>
  );
}

/** Ports of this server that stations take: which of them depends on the network. */
function PortFields({ form }: { form: Form }) {
  if (form.watch('networkMode') === 'host')
    return (
      <TextField
        form={form}
        name="metricsPortBase"
        label="First port for metrics"
        hint="On the host's network station 1 serves its metrics on 127.0.0.1 one above this."
      />
    );
  return (
    <>
      <TextField
        form={form}
        name="loopbackPortBase"
        label="First port for diagnosis"
        hint="Station 1 is published on 127.0.0.1 one above this."
      />
      <Controller
        control={form.control}
        name="loopbackPorts"
        render={({ field }) => (
          <Field
            label="Publish for diagnosis"
            hint="On 127.0.0.1 only. Costs two small processes for each station; the balancer does not need it."
          >
            {(props) => (
              <Switch
                id={props.id}
                aria-describedby={props['aria-describedby']}
                checked={field.value}
                onCheckedChange={field.onChange}
              />
            )}
          </Field>
        )}
      />
    </>
  );
}

/** What is done about a station that runs and answers nobody. */
export function HungCard({ form }: { form: Form }) {
  return (
    <Card>
      <CardHeader
        title="Stations that hang"
        description="One that stops answering gets no new clients within seconds, whatever is set here."
      />
      <CardBody className="grid grid-cols-1 gap-5 sm:grid-cols-2">
        <TextField
          form={form}
          name="hungRestartSeconds"
          label="Restart it after"
          unit="seconds"
          hint="Without an answer for this long; 30 to 86,400. 0 leaves it to you."
        />
        <TextField
          form={form}
          name="hungRestartsPerHour"
          label="At most"
          unit="an hour"
          hint="1 to 20 restarts of one station within an hour; after that it is left alone, and shown."
        />
      </CardBody>
    </Card>
  );
}

function TextField(props: { form: Form; name: TextName; label: string; hint: string; unit?: string }) {
  const { form, name, label, hint, unit } = props;
  return (
    <Field label={label} error={form.formState.errors[name]?.message} hint={hint}>
      {(control) => (
        <Input
          {...control}
          {...form.register(name)}
          {...(unit ? { unit } : {})}
          inputMode={name === 'image' ? 'text' : 'decimal'}
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </Field>
  );
}

/** A number, or none at all: people should not have to know that the program writes "unlimited" as -1. */
function BandwidthField({ form }: { form: Form }) {
  const values = form.watch();
  return (
    <Controller
      control={form.control}
      name="bandwidthMbps"
      render={({ field }) => {
        const unlimited = field.value.trim() === UNLIMITED;
        return (
          <div className="flex flex-col gap-2.5">
            <Field
              label="Bandwidth per client"
              error={form.formState.errors.bandwidthMbps?.message}
              hint={<WorstCase values={values} />}
            >
              {(control) => (
                <Input
                  {...control}
                  ref={field.ref}
                  name={field.name}
                  value={unlimited ? '' : field.value}
                  onChange={field.onChange}
                  onBlur={field.onBlur}
                  disabled={unlimited}
                  placeholder={unlimited ? 'No limit' : ''}
                  unit="Mbit/s"
                  inputMode="decimal"
                  autoComplete="off"
                />
              )}
            </Field>
            <Label className="flex items-center gap-2 font-normal">
              <Checkbox
                checked={unlimited}
                onCheckedChange={(checked) => field.onChange(checked === true ? UNLIMITED : '40')}
              />
              No limit
            </Label>
          </div>
        );
      }}
    />
  );
}

function WorstCase({ values }: { values: FleetValues }) {
  const worst = worstCaseMbps({
    count: Number(values.count),
    maxClients: Number(values.maxClients),
    bandwidthMbps: Number(values.bandwidthMbps),
  });
  if (worst === null) return <>For each client, not in all: one client may take all there is.</>;
  if (!Number.isFinite(worst)) return <>For each client, not in all.</>;
  return (
    <>
      For each client, not in all. If every place is taken at full speed, the whole fleet moves{' '}
      {formatBitrate((worst * 1e6) / 8)}.
    </>
  );
}

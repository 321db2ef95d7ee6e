import { activateWasm } from './src/index.ts';
import * as tf from '@tensorflow/tfjs-core';
await activateWasm();
for (const [s,c,o] of [[32,16,16],[16,32,32],[8,64,64],[16,8,8],[8,16,8]] as const) {
 const x=tf.randomNormal([64,s,s,c],0,1,'float32',1), w=tf.randomNormal([3,3,c,o],0,1,'float32',2), dy=tf.randomNormal([64,s,s,o],0,1,'float32',3);
 const at={strides:1,pad:'same',dilations:1,dataFormat:'NHWC'} as any; const res:any={}; const time:any={};
 for (const b of ['fma','fma-winograd'] as const) { await activateWasm({build:b});
  const f=()=>tf.engine().runKernel('Conv2D',{x,filter:w} as any,at) as tf.Tensor; const g=()=>tf.engine().runKernel('Conv2DBackpropInput',{dy,filter:w} as any,{...at,inputShape:x.shape}) as tf.Tensor;
  res[b]=[f().dataSync(),g().dataSync()]; time[b]=[];
  for (const h of [f,g]) { let m=1e9; for(let i=0;i<150;i++){const t=performance.now(); h().dispose(); m=Math.min(m,performance.now()-t);} time[b].push((2*64*s*s*9*c*o/m/1e6).toFixed(1)); } }
 const err=[0,1].map(i=>{let d=0,m=0; res.fma[i].forEach((v:number,j:number)=>{d=Math.max(d,Math.abs(v-res['fma-winograd'][i][j]));m=Math.max(m,Math.abs(v));}); return (d/m).toExponential(1);});
 console.log(s,c,o,'err',err.join(),'direct',time.fma.join(),'wino',time['fma-winograd'].join());
}
